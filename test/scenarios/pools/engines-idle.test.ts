import { afterAll, beforeAll, expect, it } from "vitest";
import type { PoolView } from "../../../src/model/engine.js";
import { shellIn } from "../seeding/seeded-template.js";
import { expectNoChanges } from "../templates/read-plan.js";
import { countOf } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool, RESET } from "./kept-pool.js";

let kept: KeptPool;
beforeAll(async () => {
  kept = await keepPool({ size: 2, lines: [RESET, "idle: pause"] });
  await kept.until(areFrozen);
});
afterAll(() => kept[Symbol.asyncDispose]());

const areFrozen = ({ engines, counts }: PoolView) =>
  counts.ready === 2 && engines.every(({ isFrozen }) => isFrozen);
const states = async () => (await listEngines(kept.sandbox)).map(({ state }) => state);

it("engines freeze when nobody uses them, and that is no drift", async () => {
  expect(await states()).toEqual(["paused", "paused"]);
  await expectNoChanges(kept.sandbox);
  const { stdout } = await kept.sandbox.call(["engines"]);
  expect(stdout).toMatch(/ready, frozen/);
});

it("a lease thaws its engine, which works at once, is reset, and freezes again", async () => {
  const { id, fence, container } = await kept.lease({ bind: { env: { JOB: "42" } } });
  const { stdout } = await kept.client.exec(id, fence, [
    "sh",
    "-c",
    "echo $JOB; touch /config/worlds_local/w",
  ]);
  expect(stdout).toBe("42\n");
  expect((await states()).sort()).toEqual(["paused", "running"]);
  await kept.client.release(id, fence);
  await kept.until(({ counts }) => counts.ready === 2);
  const { output } = await shellIn(kept.sandbox, container.name, "ls -A /config/worlds_local");
  expect(output).toBe("");
  await kept.until(areFrozen);
  expect(await states()).toEqual(["paused", "paused"]);
});

it("a watcher that finds frozen engines keeps them, and leases them", async () => {
  const before = (await listEngines(kept.sandbox)).map(({ id }) => id);
  await kept.watching.stop();
  await expectNoChanges(kept.sandbox);
  kept.start();
  await kept.until(areFrozen);
  const lease = await kept.lease();
  expect(before).toContain(lease.container.id);
  const { exitCode } = await kept.client.exec(lease.id, lease.fence, ["true"]);
  expect(exitCode).toBe(0);
  await kept.client.release(lease.id, lease.fence);
  await kept.until(({ counts }) => counts.ready === 2);
  expect((await listEngines(kept.sandbox)).map(({ id }) => id)).toEqual(before);
  expect(countOf(kept.watching, "resource healed")).toBe(0);
});

it("an engine that somebody has thawed by hand serves on, and freezes again", async () => {
  await kept.until(areFrozen);
  const [{ id = "" } = {}] = await listEngines(kept.sandbox);
  await kept.sandbox.docker.getContainer(id).unpause();
  const [a, b] = [await kept.lease(), await kept.lease()];
  for (const lease of [a, b])
    expect((await kept.client.exec(lease.id, lease.fence, ["echo", "on"])).stdout).toBe("on\n");
  for (const lease of [a, b]) await kept.client.release(lease.id, lease.fence);
  await kept.until(areFrozen);
});
