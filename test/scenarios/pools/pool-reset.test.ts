import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { quarantineName } from "../../../src/model/names.js";
import { eventually } from "../watch/watched-project.js";
import { type KeptPool, keepPool } from "./kept-pool.js";
import { loadWorld, release, shell } from "./pool-clients.js";

/** A reset that goes wrong by what a job has left: it fails, hangs, or leaves something and says that all is well. */
const WORLDS = "/config/worlds_local";
const STEP = `cd ${WORLDS}; [ ! -e fails ] || { echo cannot clean; exit 3; }; [ ! -e hangs ] || sleep 600; rm -f *.db /config/world_data/*`;
const VERIFY = `[ -z \\"$(ls ${WORLDS})\\" ] || { echo here is still $(ls ${WORLDS}); exit 1; }`;
const RESET = `reset: { steps: [{ exec: [sh, -c, "${STEP}"] }], verify: { exec: [sh, -c, "${VERIFY}"] }, timeout: 1s }`;

let pool: KeptPool;
beforeAll(async () => {
  pool = await keepPool({ size: 1, lines: [RESET, "quarantine: { ttl: 10m, keep: 2 }"] });
});
afterEach(() => pool.until(isAsWanted));
afterAll(() => pool[Symbol.asyncDispose]());

/** One is ready, and others are at most in quarantine. */
const isAsWanted = ({ counts, engines }: Awaited<ReturnType<KeptPool["view"]>>) =>
  counts.ready === 1 && counts.quarantined === engines.length - 1;

const ready = async () => {
  const { engines } = await pool.until(isAsWanted);
  return engines.find(({ state }) => state === "ready");
};

/** A job that leaves what the reset cannot take away. */
async function doJobThatLeaves(file: string) {
  await ready();
  const lease = await pool.lease();
  await shell(pool, lease, ': >"$1"', `${WORLDS}/${file}`);
  const since = pool.watching.lines().length;
  await release(pool, lease);
  const { detail } = await pool.watching.line(({ msg }) => msg === "engine quarantined", since);
  return { ...lease.container, detail };
}

const inspect = (id: string) =>
  pool.sandbox.docker
    .getContainer(id)
    .inspect()
    .catch(() => undefined);

it("a clean reset brings the same engine back, with its job counted and every step told", async () => {
  await ready();
  const lease = await pool.lease({ holder: "ci-17" });
  await loadWorld(pool, lease, "seed");
  await release(pool, lease);
  const engine = await ready();
  expect(engine).toMatchObject({ containerId: lease.container.id, jobs: 1 });
  expect(engine?.history.slice(-4).map(({ to, reason }) => `${to}: ${reason}`)).toEqual([
    "leased: leased to ci-17",
    "resetting: released by ci-17",
    "verifying: its reset steps are done",
    "ready: its reset is proven",
  ]);
  const next = await pool.lease();
  expect((await shell(pool, next, `ls ${WORLDS} /config/world_data`)).stdout).not.toMatch(/seed|biomes/);
  await release(pool, next);
});

it.each([
  ["fails", "fails", "reset step 1 ended with exit code 3: cannot clean"],
  ["hangs", "hangs", "reset step 1 did not end within 1 s"],
  ["lies", "left", "verify ended with exit code 1: here is still left"],
])(
  "an engine whose reset %s is set aside for a look, and the pool is filled up again",
  async (_, file, why) => {
    const { id, name, detail } = await doJobThatLeaves(file);
    expect(detail).toBe(`${name}: ${why}`);
    const { engines } = await pool.until(isAsWanted);
    expect(engines.find(({ containerId }) => containerId === id)?.state).toBe("quarantined");
    const kept = await eventually(async () => {
      const found = await inspect(id);
      return found?.State.Paused ? found : undefined;
    });
    expect(kept.Name).toBe(`/${quarantineName(name, id)}`);
    const logs = await pool.sandbox.docker.getContainer(id).logs({ stdout: true });
    expect(String(logs)).toContain("Game server connected");
    const next = await pool.lease();
    expect(next.container.id).not.toBe(id);
    expect((await shell(pool, next, `ls ${WORLDS}`)).stdout).toBe("");
    await release(pool, next);
  },
);

it("of engines in quarantine the latest are kept, as many as the pool says", async () => {
  const kept = [await doJobThatLeaves("left"), await doJobThatLeaves("left")].map(({ id }) => id);
  const { engines } = await pool.until((view) => isAsWanted(view) && view.counts.quarantined === 2);
  const found = engines.filter(({ state }) => state === "quarantined").map(({ containerId }) => containerId);
  expect(found.sort()).toEqual(kept.sort());
});

it("an engine in quarantine is removed when its time is over", async () => {
  const { id } = await doJobThatLeaves("left");
  await pool.save({ size: 1, lines: [RESET, "quarantine: { ttl: 1s }"] });
  await eventually(async () => (await inspect(id)) === undefined);
  await pool.ready(1);
});

it("a pool whose engines are good for two jobs starts the next one during the second, and nobody waits", async () => {
  await pool.save({ size: 1, lines: [RESET, "maxJobs: 2"] });
  await pool.until(({ counts, engines }) => counts.ready === 1 && engines.length === 1);
  for (let round = 0; round < 2; round += 1) {
    // One more than its successor has had.
    while ((await pool.ready(1))[0]?.jobs === 0) await release(pool, await pool.lease());
    const last = await pool.lease({ waitMs: 0 });
    const { engines } = await pool.until(({ counts }) => counts.leased === 1 && counts.ready === 1);
    await release(pool, last);
    const next = await pool.lease({ waitMs: 0 });
    expect(next.container.id).toBe(engines.find(({ state }) => state === "ready")?.containerId);
    await release(pool, next);
    await eventually(async () => (await inspect(last.container.id)) === undefined);
  }
});
