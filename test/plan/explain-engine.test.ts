import { expect, it } from "vitest";
import { makeSecret } from "../../src/model/secret.js";
import { describeStatus } from "../../src/plan/describe-status.js";
import { explainResource } from "../../src/plan/explain-resource.js";
import { planProject } from "../../src/plan/plan-project.js";
import { formatExplanation } from "../../src/report/format-explain.js";
import { makeStyle } from "../../src/report/text/style.js";
import { HOUR_MS } from "./builders.js";
import { anEngine, poolOf } from "./engine-builders.js";
import { desiredOf, hostOf } from "./engine-hosts.js";

const plain = makeStyle({ color: false });
const env = { TOKEN: makeSecret("hush", { env: "TOKEN" }), MODE: "fast" };
const pool = poolOf(2, {
  env,
  ports: [80],
  limits: { memoryBytes: 64 * 2 ** 20, pids: 512 },
  policy: { ttlMs: 100 * HOUR_MS },
  lines: { "": 4, "env.MODE": 7 },
});
const desired = desiredOf(pool);
const old = anEngine({ ...pool, env: { ...env, MODE: "slow" } }, 1);
const host = hostOf(pool, [old, anEngine(pool, 2, { state: "paused", health: "healthy" })]);
const plan = planProject(desired, host);

it("an engine is explained by its three sides, its age and its successor", () => {
  const explanation = explainResource("engine.p/1", desired, host, plan);
  const text = formatExplanation(explanation, plain);
  expect(text).not.toContain("hush");
  expect(text).toMatchInlineSnapshot(`
    "engine.p/1 is out of sync: its configuration changed
    engine running, unknown (cyan-engine-p-1 in Docker)

       FIELD                     warm.yaml          LAST APPLIED  HOST
       name                      "cyan-engine-p-1"  -             "cyan-engine-p-1"
       state                     "running"          -             "running"
       image                     "img-p:1"          "img-p:1"     "id-of-img-p:"
       network                   "net"              "net"         "net"
       ports                     "80"               "80"          -
       security.noNewPrivileges  true               true          -
       logs.maxSize              10 MiB             10 MiB        -
       logs.maxFiles             3                  3             -
       resources.swap            0 B                0 B           -
    *  env.MODE                  "fast"             "slow"        -                  changed in warm.yaml:7, forces replacement
       env.TOKEN                 (sensitive)        (sensitive)   -
       resources.memory          64 MiB             64 MiB        64 MiB
       resources.pids            512                512           512

    - made at 2026-01-01T00:00:00Z
    - old enough to be replaced at 2026-01-05T01:00:55Z
    - engine.p/3 is made ready before it goes
    - depends on network.net
    - depends on image.img-p:1

    warm apply would replace it, as env.MODE cannot change in place."
  `);
});

it("an engine that is not there yet is explained too", () => {
  const missing = { ...host, containers: [] };
  const explanation = explainResource("engine.p/2", desired, missing, planProject(desired, missing));
  expect(formatExplanation(explanation, plain)).toMatchInlineSnapshot(`
    "engine.p/2 is out of sync: does not exist
    engine missing (cyan-engine-p-2 in Docker)

      FIELD                     warm.yaml          LAST APPLIED  HOST
      name                      "cyan-engine-p-2"  -             -
      state                     "running"          -             (not set)
      image                     "img-p:1"          -             -
      network                   "net"              -             -
      ports                     "80"               -             -
      security.noNewPrivileges  true               -             -
      logs.maxSize              10 MiB             -             -
      logs.maxFiles             3                  -             -
      resources.swap            0 B                -             -
      env.MODE                  "fast"             -             -
      env.TOKEN                 (sensitive)        -             -
      resources.memory          64 MiB             -             -
      resources.pids            512                -             -

    - depends on network.net
    - depends on image.img-p:1

    warm apply would create it."
  `);
});

it("an idle engine that is paused is in sync", () => {
  const rows = describeStatus(plan, host).filter(({ kind }) => kind === "engine");
  expect(rows.map(({ address, state, health, sync }) => [address, state, health, sync])).toEqual([
    ["engine.p/1", "running", "unknown", "out-of-sync"],
    ["engine.p/2", "paused", "healthy", "in-sync"],
  ]);
});
