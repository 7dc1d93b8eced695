import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
let dir: string;
beforeAll(async () => {
  game = await keepGame({ size: 1, job: ["timeout: 20s"] });
  dir = join(game.sandbox.dir, "data");
  mkdirSync(dir, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "warm-test", dir]);
  await game.ready(1);
});
afterAll(async () => {
  await game.watching.stop();
  execFileSync("umount", [dir]);
  await game[Symbol.asyncDispose]();
});

it("a disk that is full in the middle of an export fails the job, and leaves nothing but what was there", async () => {
  await game.make("before");
  const { outcome } = await game.make("huge-2GiB");
  expect(outcome?.error).toMatchObject({ code: "disk-full" });
  expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  expect(game.fileOf("huge-2GiB", "manifest.json")).toBeUndefined();
  expect((await game.make("before", { verify: true })).outcome?.cached).toBe(true);
  const after = await game.make("after");
  expect(after.outcome).toMatchObject({ success: true, cached: false });
});
