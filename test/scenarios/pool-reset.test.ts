import { describe, expect, it } from "vitest";
import { quarantineName } from "../../src/model/names.js";
import type { PoolSettings } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";
import { loadWorld, release, shell } from "./pool-clients.js";
import { eventually } from "./watched-project.js";

/** Resets that go wrong after a job that has left `bad`, each by its own way of not working. */
const BAD = "/config/worlds_local/bad";
const reset = (step: string, verify: string) =>
  `reset: { steps: [{ exec: [sh, -c, "${step}"] }], verify: { exec: [sh, -c, "${verify}"] }, timeout: 1s }`;
const FAILS = reset(`test ! -e ${BAD} || { echo cannot clean; exit 3; }`, "true");
const HANGS = reset(`test ! -e ${BAD} || sleep 600`, "true");
const LIES = reset("true", `test ! -e ${BAD} || { echo it is still there; exit 1; }`);

/** A job that leaves what its pool's reset cannot take away. */
async function doBadJob(pool: KeptPool) {
  const lease = await pool.lease();
  expect((await shell(pool, lease, 'mkdir -p "${1%/*}"; : >"$1"', BAD)).exitCode).toBe(0);
  await release(pool, lease);
  return lease.container;
}

const inspect = ({ sandbox }: KeptPool, id: string) =>
  sandbox.docker
    .getContainer(id)
    .inspect()
    .catch(() => undefined);

const first = async (pool: KeptPool) => (await pool.ready(1))[0];

/** A pool of one, done with its first engine. */
async function keepOne(lines: readonly string[], more: PoolSettings = {}): Promise<KeptPool> {
  const pool = await keepPool({ size: 1, lines, ...more });
  await pool.ready(1);
  return pool;
}

describe.concurrent("a reset", () => {
  it("that is clean brings the same engine back, with its job counted and every step told", async () => {
    await using pool = await keepOne([RESET]);
    const lease = await pool.lease({ holder: "ci-17" });
    await loadWorld(pool, lease, "seed");
    await release(pool, lease);
    const engine = await first(pool);
    expect(engine).toMatchObject({ containerId: lease.container.id, jobs: 1 });
    expect(engine?.history.slice(-4).map(({ to, reason }) => `${to}: ${reason}`)).toEqual([
      "leased: leased to ci-17",
      "resetting: released by ci-17",
      "verifying: its reset steps are done",
      "ready: its reset is proven",
    ]);
    const next = await pool.lease();
    expect((await shell(pool, next, "ls /config/worlds_local /config/world_data/*")).stdout).not.toMatch(
      /seed|biomes/,
    );
  });

  it.each([
    ["fails", FAILS, "reset step 1 ended with exit code 3: cannot clean"],
    ["hangs", HANGS, "reset step 1 did not end within 1 s"],
    ["lies", LIES, "verify ended with exit code 1: it is still there"],
  ])("that %s has its engine set aside for a look, and the pool filled up again", async (_, line, why) => {
    await using pool = await keepOne([line]);
    const { id, name } = await doBadJob(pool);
    const { detail } = await pool.watching.line(({ msg }) => msg === "engine quarantined");
    expect(detail).toContain(why);
    const { engines } = await pool.until(({ counts }) => counts.ready === 1 && counts.quarantined === 1);
    const states = engines.map(({ containerId, state }) => [containerId === id, state]);
    expect(states.sort()).toEqual([
      [false, "ready"],
      [true, "quarantined"],
    ]);
    const kept = await eventually(async () => {
      const found = await inspect(pool, id);
      return found?.State.Paused ? found : undefined;
    });
    expect(kept.Name).toBe(`/${quarantineName(name, id)}`);
    expect(String(await pool.sandbox.docker.getContainer(id).logs({ stdout: true }))).toContain(
      "Game server connected",
    );
    const next = await pool.lease();
    expect(next.container.id).not.toBe(id);
    expect((await shell(pool, next, 'ls "$1"', BAD)).exitCode).not.toBe(0);
  });

  it("is not waited for by who asks next: another engine serves meanwhile", async () => {
    await using pool = await keepPool({ size: 2, lines: [reset(`test ! -e ${BAD} || sleep 5`, "true")] });
    await pool.ready(2);
    const { id } = await doBadJob(pool);
    const next = await pool.lease({ waitMs: 0 });
    expect(next.container.id).not.toBe(id);
  });
});

describe.concurrent("engines in quarantine", () => {
  it("are removed when their time is over", async () => {
    await using pool = await keepOne([LIES, "quarantine: { ttl: 2s }"]);
    const { id } = await doBadJob(pool);
    await pool.watching.line(({ msg }) => msg === "engine quarantined");
    await eventually(async () => (await inspect(pool, id)) === undefined);
    await pool.ready(1);
  });

  it("are kept up to a number, the latest ones", async () => {
    await using pool = await keepOne([LIES, "quarantine: { ttl: 10m, keep: 1 }"]);
    const older = await doBadJob(pool);
    const later = await doBadJob(pool);
    await eventually(async () => (await inspect(pool, older.id)) === undefined);
    const { engines } = await pool.until(({ counts }) => counts.ready === 1 && counts.quarantined === 1);
    expect(engines.find(({ state }) => state === "quarantined")?.containerId).toBe(later.id);
  });
});

it("a pool whose engines are good for two jobs starts the next one during the second, and nobody waits", async () => {
  const pool = await keepPool({ size: 1, lines: [RESET, "maxJobs: 2"] });
  await using _ = pool;
  await pool.ready(1);
  const lease = await pool.lease();
  await release(pool, lease);
  for (let round = 0; round < 2; round += 1) {
    await pool.ready(1);
    const last = await pool.lease({ waitMs: 0 });
    const { engines } = await pool.until(({ counts }) => counts.leased === 1 && counts.ready === 1);
    await release(pool, last);
    const next = await pool.lease({ waitMs: 0 });
    expect(next.container.id).toBe(engines.find(({ state }) => state === "ready")?.containerId);
    await eventually(async () => (await inspect(pool, last.container.id)) === undefined);
    await release(pool, next);
  }
});
