import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type KeptGame, keepGame } from "./kept-game.js";

/** Joins the parts' databases into one file, and refuses a number of parts that is not four. */
const MERGE = `
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
const dir = process.argv[2];
const parts = readdirSync(dir + "/chunks").sort();
if (parts.join() !== "0,1,2,3") throw new Error("parts: " + parts);
mkdirSync(dir + "/raw", { recursive: true });
const texts = parts.map((part) => readdirSync(dir + "/chunks/" + part + "/raw").filter((name) => name.endsWith(".db")).map((name) => readFileSync(dir + "/chunks/" + part + "/raw/" + name, "utf8")).join(""));
writeFileSync(dir + "/raw/world.db", texts.join(""));
console.log("merged " + parts.length);
`;

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({
    size: 3,
    scale: 200,
    driver: ["driver: console", 'command: "load_world {seed}#{tile}"'],
    confirm: 'confirm: { log: "world seed: {seed}#{tile}" }',
    job: [
      "timeout: 20s",
      "chunks: { count: 4, param: tile }",
      'merge: { exec: [node, merge.mjs, "{dir}"] }',
      'post: [{ exec: [node, post.mjs, "{dir}", "{seed}"] }]',
    ],
  });
  writeFileSync(join(game.sandbox.dir, "merge.mjs"), MERGE);
  writeFileSync(
    join(game.sandbox.dir, "post.mjs"),
    'import { writeFileSync, mkdirSync } from "node:fs"; const [dir, seed] = process.argv.slice(2); mkdirSync(dir + "/renders"); writeFileSync(dir + "/renders/title.txt", seed);',
  );
  await game.ready(3);
});
afterAll(() => game[Symbol.asyncDispose]());

it("the parts of a job are made on several engines, merged once, and nothing of them is left", async () => {
  const { outcome, chunks } = await game.make("four; parts");
  expect(outcome).toMatchObject({ success: true, files: 2 });
  expect(chunks.map(({ state }) => state)).toEqual(["done", "done", "done", "done"]);
  expect(new Set(chunks.map(({ engine }) => engine)).size).toBeGreaterThan(1);
  const parts = [0, 1, 2, 3].map((tile) => `database of four; parts#${tile}\n`);
  expect(game.fileOf("four; parts", "raw/world.db")).toBe(parts.join(""));
  expect(game.fileOf("four; parts", "renders/title.txt")).toBe("four; parts");
});

it("a part whose engine is killed is made again alone", async () => {
  const { id } = await game.submit("one again");
  const { chunks } = await game.untilJob(id, (view) =>
    view.chunks.find(({ state }) => state === "generating"),
  );
  const hit = chunks.find(({ state }) => state === "generating");
  const slot = Number(hit?.engine?.split("/").at(-1));
  await game.sandbox.docker.getContainer(game.project.nameOf(slot)).kill();
  const after = await game.untilJob(id, (view) => view.outcome);
  expect(after.outcome).toMatchObject({ success: true });
  const tries = after.chunks.map(({ attempt }) => attempt);
  expect(tries[hit?.number ?? 0]).toBe(2);
  expect(tries.reduce((sum, tried) => sum + tried, 0)).toBe(5);
  expect(after.failures).toHaveLength(1);
});

it("a part that fails for good ends the others, and nothing is to be seen", async () => {
  const { state, outcome } = await game.make("lie-parts");
  expect(state).toBe("failed");
  expect(outcome?.error).toMatchObject({ code: "unconfirmed" });
  expect(game.fileOf("lie-parts", "manifest.json")).toBeUndefined();
  await game.ready(3);
});

it("a merge that fails fails the job with its last lines", async () => {
  writeFileSync(
    join(game.sandbox.dir, "merge.mjs"),
    'console.error("seam at 7,9 differs"); process.exit(3);',
  );
  const { outcome } = await game.make("no merge");
  expect(outcome?.error).toMatchObject({ code: "rejected", message: expect.stringContaining("node") });
  expect(outcome?.error?.logs).toEqual(["seam at 7,9 differs"]);
  writeFileSync(join(game.sandbox.dir, "merge.mjs"), MERGE);
});
