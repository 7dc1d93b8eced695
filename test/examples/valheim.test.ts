import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/load-config.js";
import { readParams } from "../../src/jobs/read-params.js";
import type { JobSpec } from "../../src/model/job.js";
import { planProject } from "../../src/plan/plan-project.js";
import { formatJobResult } from "../../src/report/format-job-result.js";
import { buildObserved } from "../plan/builders.js";
import { printPlan } from "../plan/print-plan.js";
import { buildEnd } from "../report/job-ends.js";

const example = resolve("examples/valheim");
const read = (name: string) => readFileSync(join(example, name), "utf8");
const { desired, notes } = await parseConfig({
  text: read("warm.yaml"),
  file: "warm.yaml",
  directory: example,
  env: {},
});

const poolOf = (id: string) => {
  const pool = desired.pools.find((one) => one.id === id);
  if (pool?.job === undefined) throw new Error(`no pool ${id} with jobs`);
  return { ...pool, job: pool.job as JobSpec };
};
const [warm, restart] = [poolOf("valheim"), poolOf("valheim-restart")];

it("the file is valid, and nothing about it is odd", () => {
  expect(notes).toEqual([]);
  expect(desired.data).toEqual({ dir: join(example, "data"), maxBytes: 50 * 2 ** 30 });
});

it("the seven settings of the earlier pool manager have its defaults", () => {
  const { image, policy, ready, job } = warm;
  expect({
    base_image: image,
    max_warm_containers: policy.size,
    container_ttl_minutes: (policy.ttlMs ?? 0) / 60_000,
    engine_startup_timeout: ready.timeoutMs / 1000,
    world_gen_timeout: job.timeoutMs / 1000,
    auto_reset_after_job: policy.reset !== undefined,
    max_jobs_per_engine: policy.maxJobs,
  }).toEqual({
    base_image: "image.vwe-bepinex-gen1:latest",
    max_warm_containers: { min: 3, max: 3, spare: 0 },
    container_ttl_minutes: 120,
    engine_startup_timeout: 120,
    world_gen_timeout: 300,
    auto_reset_after_job: true,
    max_jobs_per_engine: 10,
  });
});

describe("a pool is compiled", () => {
  it("with servers that stay up: told by their console, proven by their own words, reset and proven clean", () => {
    const { env, limits, ready, policy, job } = warm;
    const { driver, key, confirm, done, retries } = job;
    const outputs = job.outputs.map(({ from, to, require, ready: early, schemas }) => ({
      ...{ from, to, require, early, schemas: Object.keys(schemas) },
    }));
    const { reset, quarantine, errorLogs } = policy;
    expect(
      print({ env, limits, ready, driver, key, confirm, done, retries, outputs }),
    ).toMatchInlineSnapshot(`
      "
      env: {"BEPINEX":"1","SERVER_NAME":"VWE Warm Engine Pool","SERVER_PASS":"nobody-can-join","SERVER_PUBLIC":"0","TZ":"UTC","UPDATE_ON_START":"0","VWE_AUTOSAVE_DELAY":"2","VWE_AUTOSAVE_ENABLED":"true","VWE_DATAEXPORT_DIR":"/config/world_data","VWE_DATAEXPORT_ENABLED":"true","VWE_DATAEXPORT_FORMAT":"both","VWE_WARM_ENGINE":"true","WORLD_NAME":"WarmEngine"}
      limits: {"memoryBytes":4294967296,"swapBytes":0,"pids":1024}
      ready: {"type":"log","text":"Game server connected","timeoutMs":120000}
      driver: {"type":"console","command":"load_world {seed}"}
      key: "{seed}"
      confirm: {"type":"log","text":"world seed: {seed}"}
      done: {"type":"log","text":"ALL EXPORTS COMPLETE"}
      retries: 2
      outputs: [{"from":"/config/worlds_local","to":"raw","require":["*.db","*.fwl"],"early":{"type":"log","text":"exported raw"},"schemas":[]},{"from":"/config/world_data","to":"extracted","require":["biomes.json","heightmap.json"],"schemas":["biomes.json","heightmap.json"]}]
      "
    `);
    expect(print({ reset, quarantine, errorLogs })).toMatchInlineSnapshot(`
      "
      reset: {"steps":[["sh","-c","rm -rf /config/worlds_local/* /config/world_data/*"],["rm","-f","/tmp/vwe_commands.txt","/config/vwe_reload_env.txt"]],"verify":["sh","-c","test -z \\"$(ls -A /config/worlds_local)\\" && test -z \\"$(ls -A /config/world_data)\\""],"timeoutMs":30000}
      quarantine: {"ttlMs":1800000,"keep":1}
      errorLogs: ["job failed:","Permission denied"]
      "
    `);
  });

  it("with a container a job, for an image that takes a world at its start alone", () => {
    const { driver, key, confirm, done, outputs, timeoutMs } = restart.job;
    expect(print({ size: restart.policy.size, driver, key, timeoutMs })).toMatchInlineSnapshot(`
      "
      size: {"min":0,"max":1,"spare":0}
      driver: {"type":"restart","env":{"WORLD_NAME":"{seed}","WORLD_SEED":"{seed}","SERVER_NAME":"VWE Generator","VWE_WARM_ENGINE":"false","VWE_AUTOSAVE_ENABLED":"true","VWE_AUTOSAVE_DELAY":"2","VWE_DATAEXPORT_ENABLED":"true","VWE_DATAEXPORT_FORMAT":"both","VWE_DATAEXPORT_DIR":"/config/world_data"}}
      key: "restart/{seed}"
      timeoutMs: 420000
      "
    `);
    expect({ confirm, done, outputs }).toEqual({
      ...{ confirm: warm.job.confirm, done: warm.job.done, outputs: warm.job.outputs },
    });
    expect([restart.image, restart.limits, restart.policy.reset]).toEqual([
      ...[warm.image, warm.limits, warm.policy.reset],
    ]);
    // The job's time has the boot in it, which is otherwise the server's own.
    expect(timeoutMs).toBe(warm.job.timeoutMs + warm.ready.timeoutMs);
  });
});

it("a host that has nothing gets the network, the image and three servers, and none that has no job yet", () => {
  expect(printPlan(planProject(desired, buildObserved()))).toMatchInlineSnapshot(`
    "
    + network.valheim (missing)
    + image.vwe-bepinex-gen1:latest (missing)
    + engine.valheim/1 (missing)
    + engine.valheim/2 (missing)
    + engine.valheim/3 (missing)
    "
  `);
});

describe("a world seed", () => {
  const takes = (pool: typeof warm, seed: string) => {
    try {
      return readParams(pool.id, pool.job, { seed }).seed === seed;
    } catch {
      return false;
    }
  };

  it("is any text of one line", () => {
    for (const seed of [
      "MySeed",
      "../../etc/passwd",
      "$(reboot)",
      "a b'\"\\",
      "Ölüdeniz 🌋",
      "-rf",
      "x".repeat(64),
    ])
      expect([seed, takes(warm, seed)]).toEqual([seed, true]);
    for (const seed of ["", "a\nload_world b", "a\rb", "\u0000", "x".repeat(65)])
      expect([seed, takes(warm, seed)]).toEqual([seed, false]);
  });

  it("is a plain name where it names files and is an argument", () => {
    for (const seed of ["MySeed", "My Seed-2_b"]) expect([seed, takes(restart, seed)]).toEqual([seed, true]);
    for (const seed of ["../../etc/passwd", "$(reboot)", "-rf", "a\nb", ".", "é"])
      expect([seed, takes(restart, seed)]).toEqual([seed, false]);
  });
});

describe("the exporter's documents", () => {
  const ajv = new Ajv2020();
  const head = { resolution: 2, world_radius: 10000, world_diameter: 20000 };
  const tail = { export_timestamp: "2025-10-10T12:00:00Z" };
  const schemaOf = (name: string) => ajv.compile(JSON.parse(read(`schemas/${name}.schema.json`)));

  it("have biomes by their bits: a sample that failed is none of them", () => {
    const check = schemaOf("biomes");
    const biomes = (rows: unknown) => ({ ...head, biome_map: rows, biome_names: { 1: "Meadows" }, ...tail });
    expect(
      check(
        biomes([
          [1, 512],
          [256, 32],
        ]),
      ),
    ).toBe(true);
    for (const rows of [
      [
        [1, 0],
        [1, 1],
      ],
      [
        [1, 3],
        [1, 1],
      ],
      [[1, 2]],
      "none",
      undefined,
    ])
      expect([rows, check(biomes(rows))]).toEqual([rows, false]);
  });

  it("have heights in metres", () => {
    const check = schemaOf("heightmap");
    const heights = (rows: unknown) => ({
      ...head,
      height_map: rows,
      min_height: -400,
      max_height: 438.88,
      ...tail,
    });
    expect(
      check(
        heights([
          [-400, 438.88],
          [0, 30],
        ]),
      ),
    ).toBe(true);
    for (const rows of [
      [
        [1, null],
        [1, 1],
      ],
      [
        [1, 1e9],
        [1, 1],
      ],
      [
        ["1", 1],
        [1, 1],
      ],
      undefined,
    ])
      expect([rows, check(heights(rows))]).toEqual([rows, false]);
  });
});

describe("the README", () => {
  const readme = read("README.md");

  it("shows nothing of a file that is not in the example's", () => {
    const blocks = [...readme.matchAll(/^ *```yaml\n(.*?)^ *```/gms)].map(([, block = ""]) => block);
    expect(blocks.length).toBeGreaterThan(0);
    for (const block of blocks) expect(linesOf(read("warm.yaml"))).toContain(linesOf(block));
  });

  it("names only what a result has", () => {
    const result = JSON.parse(formatJobResult(buildEnd(), "valheim")) as object;
    const [, table = ""] = /\| earlier \| now \|\n(.*)/s.exec(readme) ?? [];
    const names = [...table.matchAll(/`([a-z]+(?:_[a-z]+)*)`/g)].map(([, name = ""]) => name);
    const ofError = ["code", "message", "hint", "raw_dir", "extracted_dir"];
    expect(names.length).toBeGreaterThan(10);
    for (const name of names.filter((one) => !ofError.includes(one))) expect(result).toHaveProperty(name);
    expect((JSON.parse(formatJobResult(buildEnd({}, failed), "valheim")) as { error: object }).error).toEqual(
      {
        ...{ code: "engine-failed", message: "it died", hint: null },
      },
    );
  });
});

const failed = {
  success: false,
  error: { code: "engine-failed", message: "it died", hint: undefined, logs: [] },
};

/** A line for each. */
function print(fields: Readonly<Record<string, unknown>>): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `\n${lines.join("\n")}\n`;
}

/** What YAML means, whatever stands before it: lines without comments, indentation and empty ones. */
function linesOf(yaml: string): string {
  const lines = yaml.split("\n").map((line) => line.replace(/(^|\s+)#.*$/, "").trim());
  return `\n${lines.filter((line) => line !== "").join("\n")}\n`;
}
