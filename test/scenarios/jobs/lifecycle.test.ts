import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../watch/watched-project.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  // Slow enough for a test to step in: loading takes 150 ms, generating 600, exporting 200.
  game = await keepGame({ size: 2, scale: 100, job: ["timeout: 20s"] });
  await game.ready(2);
});
afterAll(() => game[Symbol.asyncDispose]());

const slotOf = (engine = "") => Number(engine.split("/").at(-1));

describe("what a job is at can be seen", () => {
  it("in the job and in its engine, up to the reset that nobody waits for", async () => {
    const { id } = await game.submit("visible");
    const { engines } = await game.until(({ engines: all }) =>
      all.some(({ lease }) => lease?.holder === `job ${id}` && lease.activity === "generating"),
    );
    const { address } = engines.find(({ lease }) => lease?.holder === `job ${id}`) ?? {};
    const { state, engine } = await game.untilJob(id, (view) => view.outcome);
    expect({ state, engine }).toEqual({ state: "done", engine: address });
    const after = await game.ready(2);
    const steps = after.find((one) => one.address === address)?.history.map(({ to }) => to) ?? [];
    expect(steps.slice(-4)).toEqual(["leased", "resetting", "verifying", "ready"]);
  });
});

describe("equal jobs", () => {
  it("that are asked for at the same time are run once", async () => {
    const views = await Promise.all(Array.from({ length: 8 }, () => game.submit("together")));
    expect(new Set(views.map(({ id }) => id)).size).toBe(1);
    const { id } = views[0] as (typeof views)[0];
    expect((await game.client.job(id)).askers).toBe(8);
    const { outcome } = await game.untilJob(id, (view) => view.outcome);
    expect(outcome).toMatchObject({ success: true, cached: false });
  });

  it("go on while one of those who asked still wants it, and end with the last", async () => {
    const { id } = await game.submit("given up");
    await game.submit("given up");
    await game.untilJob(id, ({ state }) => state === "generating");
    expect((await game.client.cancelJob(id)).outcome).toBeUndefined();
    await game.client.cancelJob(id);
    const { state, outcome } = await game.untilJob(id, (view) => view.outcome);
    expect(state).toBe("cancelled");
    expect(outcome).toMatchObject({ success: false, error: { code: "interrupted" } });
    expect(game.fileOf("given up", "manifest.json")).toBeUndefined();
    // Of its engine nothing is known: it is made anew.
    await game.ready(2);
  });
});

describe("an engine that is killed under a job", () => {
  it.each(["loading", "generating", "exporting"] as const)("%s is followed by another one", async (phase) => {
    const seed = `killed while ${phase}`;
    const { id } = await game.submit(seed);
    const { engine } = await game.untilJob(id, ({ state }) => state === phase);
    await game.sandbox.docker.getContainer(game.project.nameOf(slotOf(engine))).kill();
    const { outcome, failures, attempt } = await game.untilJob(id, (view) => view.outcome);
    // One that had all of its files out by then needs no other.
    if (phase === "exporting" && attempt === 1) expect(failures).toEqual([]);
    else expect({ attempt, failures: failures.length }).toEqual({ attempt: 2, failures: 1 });
    expect(outcome).toMatchObject({ success: true, files: 4 });
    expect(readdirSync(join(game.sandbox.dir, "data", ".staging"))).toEqual([]);
    await game.ready(2);
  });
});

describe("a result that is there", () => {
  it("is made anew on request, and the old one stays until then", async () => {
    await game.make("anew");
    const before = statSync(join(game.dirOf("anew"), "manifest.json")).ino;
    const { id } = await game.submit("anew", { force: true });
    await game.untilJob(id, ({ state }) => state === "generating");
    expect(statSync(join(game.dirOf("anew"), "manifest.json")).ino).toBe(before);
    const { outcome } = await game.untilJob(id, (view) => view.outcome);
    expect(outcome).toMatchObject({ success: true, cached: false });
    expect(statSync(join(game.dirOf("anew"), "manifest.json")).ino).not.toBe(before);
  });

  it("does not count when a file is missing, and with `verify` when one was changed", async () => {
    await game.make("damaged");
    rmSync(join(game.dirOf("damaged"), "raw", "damaged.db"));
    expect((await game.make("damaged")).outcome?.cached).toBe(false);
    expect(game.fileOf("damaged", "raw/damaged.db")).toBe("database of damaged\n");
    const path = join(game.dirOf("damaged"), "raw", "damaged.fwl");
    const text = game.fileOf("damaged", "raw/damaged.fwl") ?? "";
    writeFileSync(path, text.replace("damaged", "DAMAGED"));
    expect((await game.make("damaged")).outcome?.cached).toBe(true);
    expect((await game.make("damaged", { verify: true })).outcome?.cached).toBe(false);
    expect(game.fileOf("damaged", "raw/damaged.fwl")).toBe(text);
  });
});

it("jobs of higher priority are begun first, within one in the order in which they came", async () => {
  await game.ready(2);
  const blockers = await Promise.all([game.submit("blocker 1"), game.submit("blocker 2")]);
  const [low, high] = [await game.submit("low"), await game.submit("high", { priority: 5 })];
  await game.untilJob(blockers[0]?.id ?? "", (view) => view.outcome);
  await eventually(async () => (await game.client.job(high.id)).state !== "queued");
  const done = await Promise.all([low, high].map(({ id }) => game.untilJob(id, (view) => view.outcome)));
  const [lowView, highView] = done as [(typeof done)[0], (typeof done)[0]];
  expect(lowView.outcome?.timings.queuedMs).toBeGreaterThan((highView.outcome?.timings.queuedMs ?? 0) - 1);
});
