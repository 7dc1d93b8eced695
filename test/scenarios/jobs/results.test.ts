import { readdirSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { type KeptGame, keepGame } from "./kept-game.js";

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({ size: 2, job: ["timeout: 20s"] });
  await game.ready(2);
});
afterAll(() => game[Symbol.asyncDispose]());

describe("a job", () => {
  it("lands as a whole folder under the hash of its world seed, with a manifest", async () => {
    const { outcome, hash, engine } = await game.make("MySeed");
    expect(outcome).toMatchObject({ success: true, cached: false, dataDir: game.dirOf("MySeed"), files: 4 });
    expect(hash).toBe(sha256("MySeed"));
    expect(readdirSync(game.dirOf("MySeed")).sort()).toEqual(["extracted", "manifest.json", "raw"]);
    expect(game.fileOf("MySeed", "raw/MySeed.fwl")).toBe("seed MySeed\n");
    const manifest = JSON.parse(game.fileOf("MySeed", "manifest.json") ?? "");
    expect(manifest).toMatchObject({
      format: "warm.manifest/1",
      inputs: { pool: "game", key: "MySeed", params: { seed: "MySeed" } },
      engines: [engine],
    });
    expect(manifest.files.map(({ path }: { path: string }) => path)).toEqual([
      "extracted/biomes.json",
      "extracted/heightmap.json",
      "raw/MySeed.db",
      "raw/MySeed.fwl",
    ]);
  });

  it("whose result is there is over at once", async () => {
    await game.make("Again");
    const again = await game.submit("Again");
    expect(again.outcome).toMatchObject({ success: true, cached: true, dataDir: game.dirOf("Again") });
    expect(again.outcome?.timings.totalMs).toBeLessThan(1_000);
  });
});
