import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({ size: 2, job: ["timeout: 20s"] });
  await game.ready(2);
});
afterAll(() => game[Symbol.asyncDispose]());

describe("a world seed is just a text", () => {
  it.each([
    "../../etc/passwd",
    "$(reboot)",
    "`reboot`; rm -rf $HOME; '\" \\ \\n %s {seed} {dir}",
    "-rf",
    "--help",
    "Ünïcödé 世界 🌍",
    "e\u0301",
    " leading and trailing ",
    "*",
    "~",
    "CON",
    "tab\there",
  ])("%s", async (seed) => {
    const made = await game.submit(seed).catch((error: unknown) => error as Error);
    if (made instanceof Error) {
      expect(made.message).toMatch(/control character|cannot hold/);
      return;
    }
    const { outcome, hash } = await game.untilJob(made.id, (view) => view.outcome);
    expect(outcome?.error).toBeUndefined();
    expect(hash).toBe(sha256(seed));
    expect(outcome?.dataDir).toBe(join(game.sandbox.dir, "data", "seeds", sha256(seed)));
    const file = seed.replaceAll("/", "_");
    expect(readdirSync(join(game.dirOf(seed), "raw")).sort()).toEqual([`${file}.db`, `${file}.fwl`].sort());
    expect(game.fileOf(seed, `raw/${file}.fwl`)).toBe(`seed ${seed}\n`);
  });

  it.each([
    ["", /`seed`: it is empty/],
    ["two\nlines", /line break|control character/],
    ["nul\0", /NUL|control character/],
    ["\ud800", /half a character/],
    ["x".repeat(65_537), /more than 65536 characters/],
  ])("%j is refused before anything is done", async (seed, message) => {
    const error = await game.submit(seed).then(
      () => undefined,
      (thrown: unknown) => thrown as Error,
    );
    expect(error?.message).toMatch(message);
    expect(await game.client.jobs()).not.toContainEqual(expect.objectContaining({ params: { seed } }));
  });

  it("64 KiB of it is refused by what it is too long for, or made", async () => {
    const { outcome } = await game.make("x".repeat(65_536));
    // As the name of a file it is too long for any file system.
    expect(outcome?.success).toBe(false);
    await game.ready(2);
  });
});

it("every mistake in the parameters is told at once", async () => {
  const asked = game.client.submitJob("game", { holder: "test", params: { sed: "a", size: 1 } });
  await expect(asked).rejects.toThrow(
    /no `sed` \(did you mean `seed`\?\).*no `size`.*`seed`: it is required/,
  );
});
