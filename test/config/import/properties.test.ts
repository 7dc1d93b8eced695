import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importHost } from "../../../src/config/import/import-host.js";
import { looksSecret } from "../../../src/config/import/secret-looking.js";
import { parseConfig } from "../../../src/config/load-config.js";
import { WarmError } from "../../../src/errors.js";
import type { FoundHost } from "../../../src/model/found-host.js";
import { LABEL } from "../../../src/model/labels.js";
import { isChange } from "../../../src/model/plan.js";
import type { Desired } from "../../../src/model/resource.js";
import { planProject } from "../../../src/plan/plan-project.js";
import { buildDesired, buildWarm, type TemplateParts } from "../../plan/builders.js";
import { poolOf } from "../../plan/engine-builders.js";
import { buildFound, buildSettings, foundOf } from "./found-hosts.js";

const SETTINGS = { project: undefined, prefix: undefined, from: "all" } as const;
const load = (text: string) =>
  parseConfig({ text, file: "warm.yaml", directory: "/srv", env: {}, known: [] });

const value = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 40 }),
    fc.constantFrom(
      "",
      "yes",
      "~",
      "1.10",
      "010",
      "a: b # c",
      "- x",
      "!!binary aGk=",
      "&a",
      "*a",
      "|",
      ">-",
      "%TAG",
      "@x",
    ),
    fc.constantFrom(
      "one\ntwo\n\n---\nprune: all",
      "\t",
      "\r\n",
      "\u2028",
      "\ufeff",
      "\u0085",
      "'",
      '"',
      "\\n",
      "😀",
      "\u{e0001}",
    ),
  )
  .map((text) => text.replaceAll("\0", ""))
  .filter((text) => !looksSecret("A", text));
const env = fc.dictionary(fc.constantFrom("A", "LOG_LEVEL", "_x9", "__proto__", "constructor"), value);
const image = fc.constantFrom(
  "img:1",
  "img:2",
  "127.0.0.1:5000/acme/x:1.4.0",
  `img@sha256:${"a".repeat(64)}`,
);
const MIB = 2 ** 20;

const template: fc.Arbitrary<TemplateParts> = fc.record(
  {
    image,
    blob: image,
    mount: fc.constantFrom("/workspace/cyanprint", "/data", "/a b"),
    port: fc.constantFrom(5550, 80),
    env,
    limits: fc.record(
      {
        memoryBytes: fc.constantFrom(6 * MIB, 100 * MIB + 1, 2 ** 40),
        cpus: fc.constantFrom(0.5, 1.234567891, 4),
        pids: fc.constant(9),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["image", "blob", "mount"] },
);

const pool = fc
  .record({
    id: fc.constantFrom("p", "game-2"),
    count: fc.integer({ min: 1, max: 3 }),
    image,
    env,
    command: fc.option(
      fc.array(
        value.filter((text) => text !== ""),
        { minLength: 1, maxLength: 3 },
      ),
      { nil: undefined },
    ),
    noNewPrivileges: fc.boolean(),
    ports: fc.uniqueArray(fc.constantFrom(1, 80, 65_535)),
    logs: fc.constantFrom({ maxSizeBytes: 10 * MIB, maxFiles: 3 }, { maxSizeBytes: 65_537, maxFiles: 1 }),
    limits: fc.constantFrom(
      { memoryBytes: 4 * 2 ** 30, swapBytes: 0, pids: 1024 },
      { memoryBytes: 64 * MIB, swapBytes: MIB, pids: 7, cpus: 2 },
      { memoryBytes: 4 * 2 ** 30, swapBytes: 3, pids: 1024 },
    ),
  })
  .map(({ count, image: reference, ...parts }) => poolOf(count, { ...parts, image: `image.${reference}` }));

const ids = fc.constantFrom("a", "hello", "0f8c1b9e6c1f4f57a8a02f3c6f2f9b11", "010");
const desired: fc.Arbitrary<Desired> = fc
  .record({
    network: fc.constantFrom("net", "cyanprint"),
    prefix: fc.constantFrom("cyan", "my-prefix"),
    templates: fc.dictionary(ids, template, { minKeys: 1, maxKeys: 3 }),
    pools: fc.uniqueArray(pool, { selector: ({ id }) => id, maxLength: 2 }),
    sessions: fc.subarray(["s", "pr-1"]),
  })
  .map(({ sessions, pools, ...parts }) => {
    const [template = ""] = Object.keys(parts.templates);
    const network = `network.${parts.network}`;
    return buildDesired({
      ...parts,
      sessions: Object.fromEntries(sessions.map((session) => [session, { template }])),
      pools: pools.map((one) => ({ ...one, network, prefix: parts.prefix })),
    });
  });

/** Whatever an object may carry: names, labels and specs that nobody of us has written. */
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 20 }),
  fc.constantFrom(
    "cyan-template-a",
    "cyan-a",
    "cyan-a-s",
    "cyan-volume-a",
    "cyan-processor-b-s",
    "cyan-merger-c-s",
  ),
  fc.constantFrom(
    "container.cyan-template-a",
    "volume.cyan-a",
    "engine.p/1",
    "engine.p:x/2",
    "network.net",
    "cyan",
    "true",
  ),
  fc.constantFrom(
    '{"image":"img:1","network":"net","volume":"cyan-a","mount":"/x","env":{"A":"\\u0000b","TOKEN":"x"},"limits":{}}',
    '{"image":"IMG BAD","network":"bridge","volume":"","mount":"..","port":-1,"env":{"a b":"c"},"limits":{"cpus":-1}}',
    '{"image":"e:1","network":"net","env":{"K":{"$secret":"s:h"}},"noNewPrivileges":true,"logs":{"maxSizeBytes":-1,"maxFiles":0},"ports":[70000],"swapBytes":-5,"limits":{}}',
    '{"blob":"b:1","mount":"/x"}',
    '{"role":"session","session":"s","template":"a"}',
    '{"role":"session","session":"s x","template":"../a"}',
  ),
);
const labels = fc.dictionary(fc.constantFrom(...Object.values(LABEL)), anyText);
const anyHost: fc.Arbitrary<FoundHost> = fc
  .record({
    networks: fc.array(fc.record({ id: anyText, name: anyText, driver: anyText, labels }), { maxLength: 3 }),
    volumes: fc.array(fc.record({ name: anyText, driver: anyText, createdAt: anyText, labels }), {
      maxLength: 6,
    }),
    containers: fc.array(
      fc.record({
        id: fc.uuid(),
        name: anyText,
        imageId: anyText,
        state: fc.constantFrom("running", "exited" as const),
        createdAtMs: fc.integer(),
        health: fc.constant(undefined),
        labels,
        networks: fc.array(fc.record({ name: anyText, id: anyText, address: anyText }), { maxLength: 2 }),
        volumes: fc.array(anyText, { maxLength: 2 }),
      }),
      { maxLength: 6 },
    ),
    images: fc.array(
      fc.record({
        id: anyText,
        references: fc.array(anyText, { maxLength: 2 }),
        labels,
        command: fc.constant(undefined),
      }),
      { maxLength: 3 },
    ),
    env: fc.dictionary(anyText, anyText, { maxKeys: 3 }),
    image: anyText,
  })
  .map(({ env: variables, image: reference, ...host }) =>
    buildFound({
      ...host,
      settings: new Map(
        host.containers.map(({ id }) => [
          id,
          buildSettings({ env: variables, image: reference, ports: [80, 90] }),
        ]),
      ),
    }),
  );

describe("over all hosts", () => {
  it("what warm has made is imported as a file that plans no changes", async () => {
    await fc.assert(
      fc.asyncProperty(desired, async (wanted) => {
        const host = buildWarm(wanted);
        const { text, summary } = await importHost(foundOf(host), SETTINGS);
        const again = await load(text);
        expect(planProject(again.desired, host).changes.filter(isChange)).toEqual([]);
        const count = (kind: string) => wanted.resources.filter((one) => one.kind === kind).length;
        expect(summary).toMatchObject({ project: "demo", leftOut: [], takeovers: [], secrets: [] });
        expect([summary.templates, summary.pools]).toEqual([count("container"), wanted.pools.length]);
        expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
        expect(text).not.toMatch(/^prune:/m);
      }),
      { numRuns: 150 },
    );
  });

  it("the order in which Docker tells of objects changes nothing", async () => {
    await fc.assert(
      fc.asyncProperty(desired, async (wanted) => {
        const found = foundOf(buildWarm(wanted));
        const turned = {
          ...found,
          networks: found.networks.toReversed(),
          volumes: found.volumes.toReversed(),
          containers: found.containers.toReversed(),
          images: found.images.toReversed(),
        };
        expect(await importHost(turned, SETTINGS)).toEqual(await importHost(found, SETTINGS));
      }),
      { numRuns: 50 },
    );
  });

  it("whatever names, labels and variables say, the file is valid, or it is said why there is none", async () => {
    await fc.assert(
      fc.asyncProperty(
        anyHost,
        fc.option(fc.constantFrom("shop", "true"), { nil: undefined }),
        async (found, project) => {
          try {
            const { text } = await importHost(found, { ...SETTINGS, project });
            await load(text);
            expect(text).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
          } catch (error) {
            if (!(error instanceof WarmError) || error.code !== "usage") throw error;
          }
        },
      ),
      { numRuns: 600 },
    );
  });
});
