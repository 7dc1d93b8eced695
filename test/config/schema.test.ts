import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load-config.js";
import { DEFAULTS } from "../../src/config/normalize/defaults.js";
import { readSchema } from "../../src/config/schema/read-schema.js";
import { parseDurationMs, parseSizeBytes } from "../../src/config/units.js";

interface Schema {
  readonly [keyword: string]: unknown;
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: boolean | Schema;
  readonly examples?: readonly unknown[];
}

const root = JSON.parse(readSchema("warm")) as Schema;
const ajv = new Ajv2020({
  strict: true,
  strictRequired: false,
  allowUnionTypes: true,
  schemas: { warm: root },
});
const definitions = root.$defs ?? {};

/** Every schema of the file by its JSON pointer, what it refers to merged into it. */
function* walk(schema: Schema, pointer: string): Generator<{ pointer: string; schema: Schema }> {
  yield { pointer, schema: { ...definitions[schema.$ref?.slice("#/$defs/".length) ?? ""], ...schema } };
  for (const map of ["properties", "$defs"] as const) {
    for (const [name, member] of Object.entries(schema[map] ?? {}))
      yield* walk(member, `${pointer}/${map}/${name}`);
  }
  if (schema.items !== undefined) yield* walk(schema.items, `${pointer}/items`);
  if (typeof schema.additionalProperties === "object") {
    yield* walk(schema.additionalProperties, `${pointer}/additionalProperties`);
  }
}

const schemas = [...walk(root, "")];

describe("the schema tells editors", () => {
  test("what every part is", () => {
    for (const { pointer, schema } of schemas) {
      expect(schema.title, pointer).toMatch(/^\S/);
      expect(schema.description, pointer).toMatch(/\.$/);
      if (pointer !== "") expect(schema.examples, pointer).not.toHaveLength(0);
      if (schema.properties !== undefined) expect(schema.additionalProperties, pointer).toBe(false);
    }
  });

  test("examples and defaults that are valid", () => {
    for (const { pointer, schema } of schemas) {
      const validate = pointer === "" ? undefined : ajv.getSchema(`warm#${pointer}`);
      const values = [...(schema.examples ?? []), ...("default" in schema ? [schema.default] : [])];
      for (const value of values) expect([pointer, value, validate?.(value)]).toEqual([pointer, value, true]);
    }
  });
});

describe("the schema's defaults are those of the program", () => {
  const defaultOf = (...path: string[]) =>
    path.reduce((schema, key) => schema.properties?.[key] ?? definitions[key] ?? {}, root).default;

  test("at the top and in every definition", async () => {
    const { config } = await parseConfig({
      text: "version: 1\nproject: a\n",
      file: "warm.yaml",
      directory: "/",
      env: {},
    });
    expect([defaultOf("prefix"), defaultOf("network"), defaultOf("prune")]).toEqual([
      config.prefix,
      config.network,
      config.prune,
    ]);
    expect([defaultOf("dataDir"), parseDurationMs(String(defaultOf("interval")))]).toEqual([
      DEFAULTS.dataDir,
      config.intervalMs,
    ]);
    const pull = (key: string) => definitions.pull?.properties?.[key]?.default;
    expect({
      concurrency: pull("concurrency"),
      policy: pull("policy"),
      retries: pull("retries"),
      idleTimeoutMs: parseDurationMs(String(pull("idleTimeout"))),
    }).toEqual(config.pull);
    const of = (definition: string, key: string) => definitions[definition]?.properties?.[key]?.default;
    expect([of("template", "port"), of("template", "mount"), of("health", "path")]).toEqual([
      DEFAULTS.template.port,
      DEFAULTS.template.mount,
      DEFAULTS.health.path,
    ]);
    const durations: [definition: string, key: string, ms: number][] = [
      ["health", "interval", DEFAULTS.health.intervalMs],
      ["health", "timeout", DEFAULTS.health.timeoutMs],
      ["ready", "timeout", DEFAULTS.ready.timeoutMs],
      ["job", "timeout", DEFAULTS.job.timeoutMs],
      ["reset", "timeout", DEFAULTS.reset.timeoutMs],
      ["lease", "ttl", DEFAULTS.lease.ttlMs],
      ["lease", "leakAfter", DEFAULTS.lease.leakMs],
      ["quarantine", "ttl", DEFAULTS.quarantine.ttlMs],
      ["scale", "cooldown", DEFAULTS.scale.cooldownMs],
      ["rollout", "deadline", DEFAULTS.rollout.deadlineMs],
    ];
    for (const [definition, key, ms] of durations)
      expect(parseDurationMs(String(of(definition, key)))).toBe(ms);
    const sizes: [definition: string, key: string, bytes: number][] = [
      ["engineResources", "memory", DEFAULTS.engineLimits.memoryBytes],
      ["engineResources", "swap", DEFAULTS.engineLimits.swapBytes],
      ["logs", "maxSize", DEFAULTS.logs.maxSizeBytes],
    ];
    for (const [definition, key, bytes] of sizes)
      expect(parseSizeBytes(of(definition, key) as string | number)).toBe(bytes);
    const values: [definition: string, key: string, value: unknown][] = [
      ["engineResources", "pids", DEFAULTS.engineLimits.pids],
      ["security", "noNewPrivileges", DEFAULTS.security.noNewPrivileges],
      ["logs", "maxFiles", DEFAULTS.logs.maxFiles],
      ["lease", "queue", DEFAULTS.lease.queue],
      ["lease", "onExpire", DEFAULTS.lease.onExpire],
      ["quarantine", "keep", DEFAULTS.quarantine.keep],
      ["breaker", "failures", DEFAULTS.breaker.failures],
      ["scheduleEntry", "timeZone", DEFAULTS.schedule.timeZone],
      ["rollout", "surge", DEFAULTS.rollout.surge],
      ["rollout", "unavailable", DEFAULTS.rollout.unavailable],
      ["engine", "allowStale", DEFAULTS.engine.allowStale],
      ["engine", "idle", DEFAULTS.engine.idle],
    ];
    for (const [definition, key, value] of values)
      expect([definition, key, of(definition, key)]).toEqual([definition, key, value]);
    expect([of("engine", "size"), of("engine", "autoReset"), of("poolSize", "spare")]).toEqual([
      DEFAULTS.engine.size,
      DEFAULTS.engine.autoReset,
      DEFAULTS.engine.spare,
    ]);
    expect([of("param", "type"), of("param", "maxLength")]).toEqual([
      DEFAULTS.param.type,
      DEFAULTS.param.maxLength,
    ]);
  });
});
