import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PoolView } from "../../../src/model/engine.js";
import type { GrantedLease } from "../../../src/pool/pools.js";
import { told } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";

const SIZE = 4;
let kept: KeptPool;
let version = 0;
beforeAll(async () => {
  kept = await keepPool({ size: SIZE, lines: [RESET] });
  await kept.ready(SIZE);
});
beforeEach(async () => {
  await kept.ready(SIZE);
});
afterAll(() => kept[Symbol.asyncDispose]());

/** Another environment for all engines. */
async function roll(...lines: readonly string[]): Promise<void> {
  version += 1;
  await kept.save({ size: SIZE, lines: [RESET, `env: { VERSION: "${version}" }`, ...lines] });
}

const isNew = ({ engines, counts }: PoolView, old: ReadonlySet<string>) =>
  counts.ready === SIZE &&
  engines.length === SIZE &&
  engines.every(({ containerId }) => !old.has(containerId));
const idsNow = async () => new Set((await listEngines(kept.sandbox)).map(({ id }) => id));

/** Looks at Docker and at the pool until all engines are new ones. */
async function sample(old: ReadonlySet<string>) {
  let [most, fewest, inService] = [0, SIZE, 0];
  await kept.until(async (view) => {
    const standing = await listEngines(kept.sandbox);
    most = Math.max(most, standing.length);
    const { starting, ready, leased, resetting, verifying } = view.counts;
    fewest = Math.min(fewest, ready + leased);
    inService = Math.max(inService, starting + ready + leased + resetting + verifying);
    return isNew(view, old);
  });
  return { most, fewest, inService };
}

describe("a new environment is rolled out", () => {
  it("one beside the others at a time, and nobody misses an engine", async () => {
    const old = await idsNow();
    await roll();
    expect(await sample(old)).toMatchObject({ most: SIZE + 1, fewest: SIZE });
  });

  it("with a gap instead, where the file says so", async () => {
    const old = await idsNow();
    await roll("rollout: { surge: 0, unavailable: 1 }");
    expect(await sample(old)).toMatchObject({ most: SIZE, fewest: SIZE - 1 });
  });

  it.each([1, SIZE])(
    "with %i leased: they are left alone, and replaced once they are free",
    async (count) => {
      const old = await idsNow();
      const leases: GrantedLease[] = [];
      for (let i = 0; i < count; i += 1) leases.push(await kept.lease({ holder: `ci-${i}` }));
      await roll();
      // The successor of one of them is made before it is free.
      const whole = SIZE - count + 1;
      const { engines } = await kept.until(
        ({ rollout, counts }) => rollout?.stale === count && counts.ready === whole && counts.starting === 0,
      );
      for (const { container } of leases)
        expect(engines.find(({ containerId }) => containerId === container.id)).toMatchObject({
          state: "leased",
          isStale: true,
        });
      const sampled = sample(old);
      for (const { id, fence } of leases) {
        const { exitCode } = await kept.client.exec(id, fence, ["true"]);
        expect(exitCode).toBe(0);
        await kept.client.release(id, fence);
      }
      // Those that were given back serve nobody any more, and may be on their way out still.
      expect((await sampled).inService).toBeLessThanOrEqual(SIZE + 1);
      expect((await kept.view()).rollout).toBeUndefined();
    },
  );
});

describe("a rollout that cannot go on", () => {
  it("for an image that cannot be pulled leaves the old engines as they are", async () => {
    const [old, since] = [await idsNow(), kept.watching.lines().length];
    await kept.save({ size: SIZE, image: `${kept.project.image}-missing`, lines: [RESET] });
    await kept.watching.line(
      ({ msg, address }) => msg === "change failed" && `${address}`.startsWith("image."),
      since,
    );
    expect(await idsNow()).toEqual(old);
    const lease = await kept.lease();
    expect(old).toContain(lease.container.id);
    await kept.client.release(lease.id, lease.fence);
    await roll();
    await kept.until((view) => isNew(view, old));
  });

  it("is paused after its deadline with the reason, the old ones serve on, and a good file goes on", async () => {
    const bad = await kept.sandbox.image("engine", { failsStart: true, tag: "bad", to: "both" });
    const [old, since] = [await idsNow(), kept.watching.lines().length];
    const lines = [RESET, "rollout: { deadline: 2s }", "breaker: { failures: 100 }"];
    await kept.save({ size: SIZE, image: bad, lines });
    const { rollout } = await kept.until((view) => view.rollout?.pausedBecause);
    expect(rollout).toMatchObject({ stale: SIZE });
    expect(rollout?.pausedBecause).toMatch(
      /^no engine was replaced for 2.0s: .* ended with exit code 9 before it was ready$/,
    );
    await kept.watching.line(({ msg }) => msg === "rollout paused", since);
    await kept.until(({ engines }) => engines.length === SIZE);
    expect(await idsNow()).toEqual(old);
    const lease = await kept.lease();
    expect(old).toContain(lease.container.id);
    await kept.client.release(lease.id, lease.fence);

    const again = kept.watching.lines().length;
    const [first] = (await kept.view()).engines;
    await kept.sandbox.call(["recycle", `game/${first?.slot}`]);
    await kept.watching.line(({ msg }) => msg === "change failed", again);
    await kept.watching.line(({ msg }) => msg === "rollout paused", again);
    await roll();
    await kept.until((view) => isNew(view, old));
    const paused = told(kept.watching.lines().slice(since)).filter(({ msg }) => msg === "rollout paused");
    expect(paused).toHaveLength(2);
  });
});
