import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../watch/watched-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";
import { codeOf, queue, release, shell } from "./pool-clients.js";

let pool: KeptPool;
beforeAll(async () => {
  pool = await keepPool({ size: 2, lines: [RESET] });
  await pool.ready(2);
});
afterAll(() => pool[Symbol.asyncDispose]());

it("`warm lease` keeps its command running while the watcher is restarted, and gives the engine back", async () => {
  const command = [
    "sh",
    "-c",
    'echo "$WARM_ENGINE_CONTAINER"; until [ -e go ]; do sleep 0.1; done; echo done',
  ];
  const args = ["lease", pool.project.pool, "--ttl", "5s", "--holder", "patient", "--", ...command];
  const warm = pool.sandbox.start(args);
  await eventually(() => warm.output.stdout.includes("-engine-"));
  const [held] = await pool.client.leases();
  expect((await pool.watching.stop()).code).toBe(0);
  await eventually(() => /nothing answers at|went away/.test(warm.output.stderr));
  pool.start();
  await pool.until(({ counts }) => counts.leased === 1);
  const since = pool.watching.lines().length;
  await pool.watching.line(({ msg, holder }) => msg === "lease renewed" && holder === "patient", since);
  expect((await pool.client.leases())[0]).toMatchObject({
    id: held?.id,
    fence: held?.fence,
    engine: held?.engine,
  });
  pool.sandbox.writeConfig("", "go");
  const { code, stdout, stderr } = await warm.result;
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/-engine-game-\d\ndone\n$/);
  const engines = await pool.ready(2);
  expect(engines.map(({ jobs }) => jobs).sort()).toEqual([0, 1]);
});

it("a watcher that is stopped tells who waits at once, keeps the leases, and hands out nothing dirty after", async () => {
  const held = [await pool.lease(), await pool.lease()];
  for (const lease of held) await shell(pool, lease, ": >/config/worlds_local/marker");
  const { granted } = await queue(pool, "waiter");
  const refused = codeOf(granted);
  expect((await pool.watching.stop()).code).toBe(0);
  expect(await refused).toMatch(/^(no-engine|no-watcher)$/);
  pool.start();
  await pool.until(({ counts }) => counts.leased === 2);
  const next = pool.lease({ holder: "next" });
  for (const lease of held) await release(pool, lease);
  expect((await shell(pool, await next, "ls /config/worlds_local")).stdout).toBe("");
  await release(pool, await next);
  await pool.ready(2);
});
