import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import type { EngineView } from "../../../src/model/engine.js";
import { type KeptPool, keepPool } from "./kept-pool.js";
import { codeOf, queue, release, shell } from "./pool-clients.js";

/** Slow where a job says so. */
const RESET =
  'reset: { steps: [{ exec: [sh, -c, "if [ -e /config/slow ]; then sleep 600; fi; rm -rf /config/worlds_local/*"] }], verify: { exec: ["true"] } }';

/** What dies is not to be left alone for having died so often. */
const LINES = [RESET, "breaker: { failures: 100 }"];
const head = ["flapping: { heals: 100 }"];

let pool: KeptPool;
beforeAll(async () => {
  pool = await keepPool({ size: 1, lines: LINES, head });
});
afterEach(async () => {
  for (const { id } of await pool.client.leases()) await pool.client.release(id, undefined, "dirty");
});
afterAll(() => pool[Symbol.asyncDispose]());

const first = async () => (await pool.ready(1))[0] as EngineView;
const container = (id: string) => pool.sandbox.docker.getContainer(id);

it("an engine that is killed while it stands ready is replaced, and what is leased lives", async () => {
  const { containerId } = await first();
  await container(containerId).kill();
  await pool.until(({ engines }) => engines.every((engine) => engine.containerId !== containerId));
  const lease = await pool.lease();
  expect((await shell(pool, lease, "echo lives")).stdout).toBe("lives\n");
  await release(pool, lease);
});

it("an engine that is killed under its holder ends the lease, tells whose it was, and serves who waits", async () => {
  await first();
  const lease = await pool.lease({ holder: "ci-17" });
  const waiter = await queue(pool, "next");
  const running = codeOf(shell(pool, lease, "sleep 60"));
  await container(lease.container.id).kill();
  const { level, detail } = await pool.watching.line(({ msg }) => msg === "lease lost");
  expect([level, detail]).toEqual(["warn", expect.stringContaining("lost under ci-17: its container ended")]);
  // Its end may be seen by the broken session first, or be told first.
  expect(await running).toMatch(/^(lease-ended|engine-failed)$/);
  expect(await codeOf(pool.client.renew(lease.id, lease.fence))).toBe("lease-ended");
  const next = await waiter.granted;
  expect(next.container.id).not.toBe(lease.container.id);
  await release(pool, next);
});

it("`warm lease -- command` whose engine dies stops the command, says so, and fails", async () => {
  await first();
  const warm = pool.sandbox.start(["lease", pool.project.pool, "--ttl", "2s", "--", "sleep", "60"]);
  const { engines } = await pool.until(({ counts }) => counts.leased === 1);
  await container(engines[0]?.containerId ?? "").kill();
  const { code, stderr } = await warm.result;
  expect(code, stderr).toBe(1);
  expect(stderr).toContain("its engine was lost: its container ended");
  expect(stderr).toContain("The lease is lost: the command is stopped.");
});

it("an engine that is killed while it is reset is replaced, and not kept for a look", async () => {
  await first();
  const lease = await pool.lease();
  await shell(pool, lease, ": >/config/slow");
  await release(pool, lease);
  await pool.until(({ counts }) => counts.resetting === 1);
  await container(lease.container.id).kill();
  await pool.until(({ engines }) => engines.every(({ containerId }) => containerId !== lease.container.id));
  const [engine] = await pool.ready(1);
  expect(engine?.jobs).toBe(0);
});

it("an engine whose container is removed by hand is made again, and its lease is over", async () => {
  const { containerId } = await first();
  const lease = await pool.lease();
  await container(containerId).remove({ force: true });
  await pool.until(({ engines }) => engines.every((engine) => engine.containerId !== containerId));
  expect(await codeOf(pool.client.renew(lease.id, lease.fence))).toBe("lease-ended");
});

it("an engine that dies in its last job ends the lease, though its successor stands ready by then", async () => {
  await first();
  await pool.save({ size: 1, lines: [...LINES, "maxJobs: 1"], head });
  await pool.watching.quiet();
  await first();
  const lease = await pool.lease({ holder: "last" });
  await pool.until(({ counts }) => counts.leased === 1 && counts.ready === 1);
  await container(lease.container.id).kill();
  await pool.watching.line(({ msg, holder }) => msg === "lease lost" && holder === "last");
  expect(await codeOf(pool.client.renew(lease.id, lease.fence))).toBe("lease-ended");
});

it("a successor that dies while the old engine works is followed by another one", async () => {
  await first();
  const lease = await pool.lease({ holder: "long" });
  const { engines } = await pool.until(({ counts }) => counts.leased === 1 && counts.ready === 1);
  const successor = engines.find(({ state }) => state === "ready");
  await container(successor?.containerId ?? "").kill();
  await pool.until(({ counts, engines: now }) => {
    const isThere = now.some(({ containerId }) => containerId === successor?.containerId);
    return !isThere && counts.leased === 1 && counts.ready === 1;
  });
  await pool.client.renew(lease.id, lease.fence);
  await release(pool, lease);
});

it("an engine that is killed while it starts is made again", async () => {
  const image = await pool.sandbox.image("engine", { startSeconds: 1, tag: "slow", to: "both" });
  await pool.save({ size: 1, lines: LINES, head, image });
  const { engines } = await pool.until(({ engines: now }) =>
    now.some(({ state, isStale }) => state === "starting" && !isStale),
  );
  const starting = engines.find(({ state }) => state === "starting")?.containerId ?? "";
  await pool.watching.line(({ msg, address }) => msg === "action-progress" && address !== undefined);
  await container(starting).kill();
  await pool.until(({ engines: now }) => now.every(({ containerId }) => containerId !== starting));
  await pool.until(
    ({ counts, engines: now }) => counts.ready === 1 && now.length === 1 && now[0]?.isStale === false,
  );
});
