import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../watch/watched-project.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({ size: 1, job: ["timeout: 20s"], head: ["cache: { maxSize: 100B }"] });
  await game.ready(1);
});
afterAll(() => game[Symbol.asyncDispose]());

const isThere = (seed: string) => game.fileOf(seed, "manifest.json") !== undefined;

it("results beyond the budget go, those used least lately first, and never one that was asked for just now", async () => {
  await game.make("old");
  await game.make("new");
  await game.make("old");
  expect([isThere("old"), isThere("new")]).toEqual([true, true]);
  // A later run of warm, to which none of them is of just now.
  expect((await game.watching.stop()).code).toBe(0);
  rmSync(join(game.sandbox.dir, ".warm", "jobs"), { recursive: true });
  game.start();
  await game.ready(1);
  await game.make("newest");
  await eventually(() => !isThere("new"));
  expect(isThere("newest")).toBe(true);
  const { stdout } = await game.sandbox.warm(["cache", "verify"]);
  expect(stdout).toMatch(/^\d+ results?, every file as its manifest says\.\n$/);
});
