import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";

let kept: KeptPool;
beforeAll(async () => {
  kept = await keepPool({ size: 2, lines: [RESET] });
  await kept.ready(2);
});
afterAll(() => kept[Symbol.asyncDispose]());

const idsNow = async () => (await listEngines(kept.sandbox)).map(({ id }) => id);

/** Waits until none of these is there, and says how few could work meanwhile. */
async function gone(old: readonly string[]): Promise<number> {
  let fewest = Number.POSITIVE_INFINITY;
  await kept.until(({ engines, counts }) => {
    const { ready, leased, resetting, verifying } = counts;
    fewest = Math.min(fewest, ready + leased + resetting + verifying);
    const isDone = engines.every(({ containerId }) => !old.includes(containerId));
    return isDone && counts.ready + counts.leased === 2;
  });
  return fewest;
}

describe("engines that are past their time to live", () => {
  it("are replaced, the replacement first", async () => {
    const old = await idsNow();
    await kept.save({ size: 2, lines: [RESET, "ttl: 1s"] });
    expect(await gone(old)).toBe(2);
    await kept.save({ size: 2, lines: [RESET] });
    await kept.ready(2);
  });

  it("are replaced on release where they are always busy", async () => {
    await kept.save({ size: 1, lines: [RESET, "ttl: 2s"], head: ["interval: 1s"] });
    await kept.ready(1);
    const first = await kept.lease();
    let held = first;
    await eventually(async () => {
      // Somebody waits all the time: it is never idle.
      const next = kept.lease();
      await kept.until(({ queued }) => queued === 1);
      await kept.client.release(held.id, held.fence);
      held = await next;
      return held.container.id !== first.container.id;
    });
    await kept.client.release(held.id, held.fence);
    await kept.save({ size: 2, lines: [RESET] });
    await kept.ready(2);
  });
});

it("engines that are asked for are replaced, the replacement first, and one that is leased is not", async () => {
  const lease = await kept.lease();
  const [idle = ""] = (await idsNow()).filter((id) => id !== lease.container.id);
  const replaced = gone([idle]);
  const { stdout } = await kept.sandbox.warm(["recycle", "game"]);
  expect(stdout).not.toContain(lease.engine);
  expect(await replaced).toBe(2);
  expect(await idsNow()).toContain(lease.container.id);
  await kept.client.release(lease.id, lease.fence);
  await kept.ready(2);
});

/** As `docker build` and `docker tag` do it. */
async function retag(version: string): Promise<void> {
  const built = await kept.sandbox.image("engine", { version, tag: version, to: "load" });
  const [repo = "", tag = ""] = kept.project.image.split(/:(?=[^:]*$)/);
  await kept.sandbox.docker.getImage(built).tag({ repo, tag });
}

describe("an image that is tagged anew on the host while engines are idle", () => {
  it.each([
    ["is not handed out in its old version where `allowStale: false`", "false"],
    ["may be handed out in its old version by default, and is replaced", "true"],
  ])("%s", async (_what, allowStale) => {
    const version = `retagged-${allowStale}`;
    await kept.ready(2);
    await kept.save({ size: 2, lines: [RESET, `allowStale: ${allowStale}`] });
    await kept.ready(2);
    const old = await idsNow();
    await retag(version);
    const rolled = gone(old);
    if (allowStale === "false") {
      await kept.until(({ engines }) => engines.some(({ isStale }) => isStale));
      const lease = await kept.lease();
      expect(old).not.toContain(lease.container.id);
      const { stdout } = await kept.client.exec(lease.id, lease.fence, ["cat", "/rig/version"]);
      expect(stdout).toBe(`engine ${version}\n`);
      await kept.client.release(lease.id, lease.fence);
    }
    expect(await rolled).toBe(2);
    await kept.ready(2);
  });
});
