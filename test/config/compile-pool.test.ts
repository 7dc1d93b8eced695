import { describe, expect, test } from "vitest";
import { parseConfig } from "../../src/config/load-config.js";
import type { PoolResource } from "../../src/model/pool.js";
import { isSecret } from "../../src/model/secret.js";

const parse = (text: string) =>
  parseConfig({ text, file: "warm.yaml", directory: "/srv/project", env: { CI_TOKEN: "hunter2" } });

const HEAD =
  "version: 1\nproject: demo\nengines:\n  pool:\n    image: acme/engine:1\n    ready: { log: up }\n";

/** The one pool of a file with these lines below it. */
async function poolWith(...lines: string[]): Promise<PoolResource> {
  const { desired } = await parse(HEAD + lines.map((line) => `    ${line}\n`).join(""));
  expect(desired.pools).toHaveLength(1);
  return desired.pools[0] as PoolResource;
}

const RESET = "reset: { steps: [{ exec: [clean] }], verify: { exec: [is-clean] } }";

describe("a pool is compiled to how its engines are made and kept", () => {
  test("with every default", async () => {
    expect(await poolWith()).toMatchInlineSnapshot(`
      {
        "command": undefined,
        "env": {},
        "id": "pool",
        "image": "image.acme/engine:1",
        "job": undefined,
        "limits": {
          "memoryBytes": 4294967296,
          "pids": 1024,
          "swapBytes": 0,
        },
        "lines": {
          "": 4,
          "image": 5,
          "ready": 6,
          "ready.log": 6,
        },
        "logs": {
          "maxFiles": 3,
          "maxSizeBytes": 10485760,
        },
        "network": "network.cyanprint",
        "noNewPrivileges": true,
        "policy": {
          "allowStale": true,
          "breaker": {
            "failures": 5,
          },
          "errorLogs": [],
          "idle": "run",
          "lease": {
            "leakMs": 600000,
            "maxMs": undefined,
            "onExpire": "recycle",
            "queue": 100,
            "ttlMs": 60000,
          },
          "maxJobs": undefined,
          "maxMemoryBytes": 3865470566,
          "quarantine": {
            "keep": 2,
            "ttlMs": 900000,
          },
          "reset": undefined,
          "rollout": {
            "deadlineMs": 600000,
            "surge": 1,
            "unavailable": 0,
          },
          "scale": {
            "cooldownMs": 300000,
            "refillPerMinute": undefined,
          },
          "schedule": [],
          "size": {
            "max": 1,
            "min": 1,
            "spare": 0,
          },
          "ttlMs": undefined,
        },
        "ports": [],
        "prefix": "cyan",
        "ready": {
          "text": "up",
          "timeoutMs": 120000,
          "type": "log",
        },
      }
    `);
  });

  test("with every setting and its line", async () => {
    const pool = await poolWith(
      "command: [/opt/server, -batchmode]",
      "size: { min: 0, max: 6, spare: 2 }",
      "schedule:",
      '  - { cron: " 0 8 * * 1-5 ", timeZone: Europe/Berlin, for: 10h, size: { min: 4, max: 12 } }',
      '  - { cron: "0 20 * * *", for: 90m, size: 3 }',
      "scale: { cooldown: 1m, refill: 7 }",
      "env: { WORLD_NAME: warm, TOKEN: { fromEnv: CI_TOKEN } }",
      "resources: { memory: 1GiB, swap: 512MiB, cpus: 2, pids: 64 }",
      "security: { noNewPrivileges: false }",
      "logs: { maxSize: 1MiB, maxFiles: 1 }",
      "ports: [2456, 8080]",
      "errors: { log: [panic, fatal] }",
      "ttl: 2h",
      "maxJobs: 10",
      "maxMemory: 900MiB",
      "reset:",
      "  steps: [{ exec: [rm, -rf, /a] }, { exec: [sync] }]",
      "  verify: { exec: [test, '!', -e, /a] }",
      "  timeout: 5s",
      "lease: { ttl: 10s, max: 1m, queue: 3, leakAfter: 30s, onExpire: reset }",
      "quarantine: { ttl: 1h, keep: 0 }",
      "breaker: { failures: 2 }",
      "rollout: { surge: 0, unavailable: 2, deadline: 3m }",
      "allowStale: false",
      "idle: pause",
    );
    const token = pool.env.TOKEN;
    expect(isSecret(token)).toBe(true);
    expect({ ...pool, env: Object.keys(pool.env) }).toMatchInlineSnapshot(`
      {
        "command": [
          "/opt/server",
          "-batchmode",
        ],
        "env": [
          "TOKEN",
          "WORLD_NAME",
        ],
        "id": "pool",
        "image": "image.acme/engine:1",
        "job": undefined,
        "limits": {
          "cpus": 2,
          "memoryBytes": 1073741824,
          "pids": 64,
          "swapBytes": 536870912,
        },
        "lines": {
          "": 4,
          "allowStale": 30,
          "breaker": 28,
          "command": 7,
          "env": 13,
          "env.TOKEN": 13,
          "env.WORLD_NAME": 13,
          "errors": 18,
          "errors.log": 18,
          "idle": 31,
          "image": 5,
          "lease": 26,
          "lease.leakAfter": 26,
          "lease.max": 26,
          "lease.onExpire": 26,
          "lease.queue": 26,
          "lease.ttl": 26,
          "logs": 16,
          "logs.maxFiles": 16,
          "logs.maxSize": 16,
          "maxJobs": 20,
          "maxMemory": 21,
          "ports": 17,
          "quarantine": 27,
          "ready": 6,
          "ready.log": 6,
          "reset": 22,
          "resources": 14,
          "resources.cpus": 14,
          "resources.memory": 14,
          "resources.pids": 14,
          "resources.swap": 14,
          "rollout": 29,
          "rollout.deadline": 29,
          "rollout.surge": 29,
          "rollout.unavailable": 29,
          "scale": 12,
          "schedule": 9,
          "security": 15,
          "security.noNewPrivileges": 15,
          "size": 8,
          "ttl": 19,
        },
        "logs": {
          "maxFiles": 1,
          "maxSizeBytes": 1048576,
        },
        "network": "network.cyanprint",
        "noNewPrivileges": false,
        "policy": {
          "allowStale": false,
          "breaker": {
            "failures": 2,
          },
          "errorLogs": [
            "panic",
            "fatal",
          ],
          "idle": "pause",
          "lease": {
            "leakMs": 30000,
            "maxMs": 60000,
            "onExpire": "reset",
            "queue": 3,
            "ttlMs": 10000,
          },
          "maxJobs": 10,
          "maxMemoryBytes": 943718400,
          "quarantine": {
            "keep": 0,
            "ttlMs": 3600000,
          },
          "reset": {
            "steps": [
              [
                "rm",
                "-rf",
                "/a",
              ],
              [
                "sync",
              ],
            ],
            "timeoutMs": 5000,
            "verify": [
              "test",
              "!",
              "-e",
              "/a",
            ],
          },
          "rollout": {
            "deadlineMs": 180000,
            "surge": 0,
            "unavailable": 2,
          },
          "scale": {
            "cooldownMs": 60000,
            "refillPerMinute": 7,
          },
          "schedule": [
            {
              "cron": "0 8 * * 1-5",
              "forMs": 36000000,
              "size": {
                "max": 12,
                "min": 4,
                "spare": 1,
              },
              "timeZone": "Europe/Berlin",
            },
            {
              "cron": "0 20 * * *",
              "forMs": 5400000,
              "size": {
                "max": 3,
                "min": 3,
                "spare": 0,
              },
              "timeZone": "UTC",
            },
          ],
          "size": {
            "max": 6,
            "min": 0,
            "spare": 2,
          },
          "ttlMs": 7200000,
        },
        "ports": [
          2456,
          8080,
        ],
        "prefix": "cyan",
        "ready": {
          "text": "up",
          "timeoutMs": 120000,
          "type": "log",
        },
      }
    `);
  });

  test("their images are pulled like all others, once each", async () => {
    const { desired } = await parse(`version: 1
project: demo
templates:
  web: { image: acme/both, blob: acme/blob }
engines:
  b: { image: acme/engine:2, ready: { log: up } }
  a: { image: "docker.io/acme/both:latest", ready: { log: up } }
`);
    const images = desired.resources.filter(({ kind }) => kind === "image");
    expect(images.map(({ name, lines }) => [name, lines[""]])).toEqual([
      ["acme/blob:latest", 4],
      ["acme/both:latest", 4],
      ["acme/engine:2", 6],
    ]);
    expect(desired.pools.map(({ id, image }) => [id, image])).toEqual([
      ["a", "image.acme/both:latest"],
      ["b", "image.acme/engine:2"],
    ]);
  });

  test("on the project's network, under the file's prefix", async () => {
    const text = `prefix: hot\nnetwork: net\n${HEAD}`;
    const [pool] = (await parse(text)).desired.pools;
    expect([pool?.prefix, pool?.network, pool?.lines.network]).toEqual(["hot", "network.net", 2]);
  });

  test.each([
    ["size: 0", { min: 0, max: 0, spare: 0 }],
    ["size: 3", { min: 3, max: 3, spare: 0 }],
    ["size: { min: 1, max: 6 }", { min: 1, max: 6, spare: 1 }],
    ["size: { min: 0, max: 6, spare: 0 }", { min: 0, max: 6, spare: 0 }],
  ])("%s", async (line, size) => {
    expect((await poolWith(line)).policy.size).toEqual(size);
  });
});

describe("what a setting means depends on others", () => {
  test.each([
    [["autoReset: true"], false],
    [[RESET], true],
    [["autoReset: true", RESET], true],
    [["autoReset: false", RESET], false],
  ])("engines of a pool with %j are reset: %s", async (lines, isReset) => {
    expect((await poolWith(...lines)).policy.reset !== undefined).toBe(isReset);
  });

  test.each([
    [[], undefined],
    [["lease: { max: 2h }"], 7_200_000],
    [['job: { driver: exec, command: [a], key: k, done: { log: "done" } }'], 330_000],
    [['job: { driver: exec, command: [a], key: k, done: { log: "done" }, timeout: 45s }'], 75_000],
    [['job: { driver: exec, command: [a], key: k, done: { log: "done" } }', "lease: { max: 10m }"], 600_000],
  ])("a lease of a pool with %j ends after %s ms", async (lines, maxMs) => {
    expect((await poolWith(...lines)).policy.lease.maxMs).toBe(maxMs);
  });

  test.each([
    [[], Math.floor(0.9 * 4 * 2 ** 30)],
    [["resources: { memory: 100MiB }"], 94_371_840],
    [["resources: { memory: 100MiB }", "maxMemory: 100MiB"], 104_857_600],
  ])("an engine of a pool with %j is recycled above %s bytes", async (lines, bytes) => {
    expect((await poolWith(...lines)).policy.maxMemoryBytes).toBe(bytes);
  });
});
