import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countOf, told } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, linesOf, RESET } from "./kept-pool.js";

const QUICK = "scale: { cooldown: 1s }";
let kept: KeptPool;
beforeAll(async () => {
  kept = await keepPool({ size: 2, lines: [RESET, QUICK] });
  await kept.ready(2);
});
afterAll(() => kept[Symbol.asyncDispose]());

describe("a size that the file changes", () => {
  it("upwards is filled", async () => {
    await kept.save({ size: 3, lines: [RESET, QUICK] });
    await kept.ready(3);
  });

  it("downwards takes away idle engines, and never one that is leased", async () => {
    const leases = [await kept.lease(), await kept.lease()];
    await kept.save({ size: 1, lines: [RESET, QUICK] });
    const { engines } = await kept.until(({ engines: all }) => all.length === 2);
    expect(engines.map(({ state }) => state)).toEqual(["leased", "leased"]);
    for (const { id, fence, container } of leases) {
      const { stdout } = await kept.client.exec(id, fence, ["echo", container.name]);
      expect(stdout).toBe(`${container.name}\n`);
      await kept.client.release(id, fence);
    }
    await kept.ready(1);
  });
});

describe("a pool of { min: 1, max: 6, spare: 1 }", () => {
  beforeAll(async () => {
    await kept.save({ size: "{ min: 1, max: 6, spare: 1 }", lines: [RESET, QUICK] });
    await kept.ready(1);
  });

  it("serves a burst of 50 with 6 engines, and shrinks when it is over", async () => {
    const begun = kept.watching.lines().length;
    let most = 0;
    const isHeld = new Map<string, string>();
    const sampling = new AbortController();
    const samples = (async () => {
      while (!sampling.signal.aborted) most = Math.max(most, (await listEngines(kept.sandbox)).length);
    })();
    const served = await Promise.all(
      Array.from({ length: 50 }, async (_, client) => {
        const { id, fence, container } = await kept.lease({ holder: `client-${client}` });
        expect(isHeld.get(container.id), "one holder of an engine").toBeUndefined();
        isHeld.set(container.id, id);
        const { stdout } = await kept.client.exec(id, fence, ["echo", `${client}`]);
        isHeld.delete(container.id);
        await kept.client.release(id, fence);
        return stdout.trim();
      }),
    );
    sampling.abort();
    await samples;
    expect(served).toEqual(Array.from({ length: 50 }, (_, client) => `${client}`));
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(6);
    await kept.ready(1);
    const scaled = told(kept.watching.lines().slice(begun)).filter(({ msg }) => msg === "pool scaled");
    expect(scaled.at(-1)).toMatchObject({ to: 1 });
  });
});

describe("a pool that may be empty", () => {
  it("has no engine while nobody asks, makes one for one job, and none again after it", async () => {
    await kept.save({ size: "{ min: 0, max: 2, spare: 0 }", lines: [RESET, QUICK] });
    await kept.ready(0);
    expect(await listEngines(kept.sandbox)).toEqual([]);
    const lease = await kept.lease({ holder: "ci-17" });
    expect(lease.source).toBe("queued");
    expect(linesOf(await kept.view())).toEqual([`${lease.engine} leased 1 ci-17`]);
    await kept.client.release(lease.id, lease.fence);
    await kept.ready(0);
    expect(await listEngines(kept.sandbox)).toEqual([]);
  });
});

it("while the window of its schedule is open a pool has that size", async () => {
  const entry = "schedule: [{ cron: '* * * * *', for: 2m, size: 2 }]";
  await kept.save({ size: 0, lines: [RESET, QUICK, entry] });
  await kept.ready(2);
  expect((await kept.view()).decision).toContain("by the schedule");
  await kept.save({ size: 0, lines: [RESET, QUICK] });
  await kept.ready(0);
});

it("a pool is refilled no faster than it may be", async () => {
  await kept.save({ size: 2, lines: [RESET, "scale: { cooldown: 1s, refill: 1 }"] });
  await kept.ready(2);
  const since = kept.watching.lines().length;
  for (const { id } of await listEngines(kept.sandbox)) await kept.sandbox.docker.getContainer(id).kill();
  await kept.until(({ engines }) => engines.every(({ state }) => state === "error"));
  await kept.watching.line(({ msg, planned }) => msg === "pass done" && planned === 2, since);
  expect(countOf(kept.watching, "resource healed", since)).toBe(0);
  // What a pass found is written down a moment after it.
  await expect.poll(async () => (await kept.sandbox.call(["status"])).stdout).toContain("waits for its turn");
  await kept.save({ size: 2, lines: [RESET, QUICK] });
  await kept.ready(2);
});
