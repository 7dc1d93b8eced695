import { afterAll, beforeAll, expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { pseudoRandomBytes } from "../../rig/pseudo-random.js";
import { type KeptGame, keepGame } from "./kept-game.js";

const JOBS = 200;
const KILL_EVERY_MS = 2_000;

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({
    size: 4,
    scale: 1000,
    job: ["timeout: 20s", "retries: 10"],
    lines: ["breaker: { failures: 50 }"],
  });
  await game.ready(4);
});
afterAll(() => game[Symbol.asyncDispose]());

it("of 200 jobs on 4 engines, one of which is killed every few seconds, each ends once with a valid result", async () => {
  const seeds = Array.from({ length: JOBS }, (_, index) => `world ${index}`);
  const slots = pseudoRandomBytes("who dies", 1000);
  let isOver = false;
  let kills = 0;
  let turns = 0;
  const killing = (async () => {
    while (!isOver) {
      await new Promise((resolve) => setTimeout(resolve, KILL_EVERY_MS));
      const slot = 1 + ((slots[turns++] ?? 0) % 4);
      const killed = await game.sandbox.docker
        .getContainer(game.project.nameOf(slot))
        .kill()
        .then(
          () => 1,
          () => 0,
        );
      kills += killed;
    }
  })();
  const views = await Promise.all(seeds.map((seed) => game.make(seed)));
  isOver = true;
  await killing;
  expect(kills).toBeGreaterThan(2);
  expect(
    views.filter(({ outcome }) => outcome?.success !== true).map(({ outcome }) => outcome?.error),
  ).toEqual([]);
  expect(new Set(views.map(({ id }) => id)).size).toBe(JOBS);
  for (const seed of seeds) {
    const manifest = JSON.parse(game.fileOf(seed, "manifest.json") ?? "null");
    expect(manifest.inputs.key).toBe(seed);
    for (const { path, sha256: hash } of manifest.files)
      expect(sha256(game.fileOf(seed, path) ?? "")).toBe(hash);
    expect(game.fileOf(seed, `raw/${seed}.fwl`)).toBe(`seed ${seed}\n`);
  }
  expect(views.reduce((sum, { failures }) => sum + failures.length, 0)).toBeGreaterThan(0);
  const jobs = (await game.client.jobs()).filter(({ outcome }) => outcome !== undefined);
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
  await game.ready(4);
}, 180_000);
