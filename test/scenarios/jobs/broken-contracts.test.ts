import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { type KeptGame, keepGame } from "./kept-game.js";

const SHAPE = JSON.stringify({
  type: "object",
  properties: { biome_map: { type: "array" } },
  required: ["biome_map"],
});
const OUTPUTS = [
  "outputs:",
  '  - { from: /config/worlds_local, to: raw, require: ["*.db", "*.fwl"], ready: { log: "exported raw" } }',
  "  - from: /config/world_data",
  "    to: extracted",
  "    require: [biomes.json, heightmap.json]",
  "    schemas: { biomes.json: biomes.schema.json }",
];

let game: KeptGame;
beforeAll(async () => {
  game = await keepGame({ size: 3, outputs: OUTPUTS, job: ["timeout: 3s", "maxOutput: 1GiB"] });
  game.sandbox.writeConfig(SHAPE, "biomes.schema.json");
  await game.ready(3);
});
afterAll(() => game[Symbol.asyncDispose]());

/** Nothing is to be seen of a job that failed: no result, and nothing that was begun. */
function expectNothing(seed: string): void {
  const data = join(game.sandbox.dir, "data");
  expect(readdirSync(join(data, "seeds"))).not.toContain(sha256(seed));
  expect(readdirSync(join(data, ".staging"))).toEqual([]);
}

describe("an engine that breaks its contract gives no result", () => {
  it.each([
    [
      "lie-one",
      "unconfirmed",
      /never confirmed .*`world seed: lie-one`/,
      "it makes another world than it was asked for",
    ],
    ["silent-one", "unconfirmed", /never confirmed/, "it does not say which world it makes"],
    [
      "half-one",
      "rejected",
      /has no file `heightmap.json`/,
      "it says that it is done before all files are there",
    ],
    [
      "link-one",
      "rejected",
      /"world_data\/passwd" is a symbolic link/,
      "a symbolic link leads out of its folder",
    ],
    ["pipe-one", "rejected", /is a named pipe/, "a named pipe stands among its files"],
    ["device-one", "rejected", /is a device/, "a device stands among its files"],
    ["huge-one", "rejected", /more than|at most|1073741824|budget/, "its files are larger than may be"],
    [
      "wrong-shape-one",
      "rejected",
      /biomes.json.* is not as .*biomes.schema.json/,
      "a file is against its schema",
    ],
    ["hang-one", "deadline", /not done within 3 s/, "it never comes to an end"],
  ])("%s: %s", async (seed, code, message) => {
    const { state, outcome } = await game.make(seed);
    expect(state).toBe("failed");
    expect(outcome).toMatchObject({ success: false, cached: false, error: { code } });
    expect(outcome).not.toHaveProperty("dataDir");
    expect(outcome?.error?.message).toMatch(message);
    expectNothing(seed);
  });

  it("and those after it are well", async () => {
    const views = await Promise.all(["a", "b", "c", "d"].map((seed) => game.make(seed)));
    expect(views.map(({ outcome }) => outcome?.success)).toEqual([true, true, true, true]);
    await game.ready(3);
  });
});

it("an engine that dies under every try fails the job once its tries are used up, and says why each failed", async () => {
  const { state, attempt, failures, outcome } = await game.make("die-load-one");
  expect({ state, attempt, failures: failures.length }).toEqual({ state: "failed", attempt: 3, failures: 2 });
  expect(outcome?.error).toMatchObject({
    code: "engine-failed",
    message: expect.stringMatching(/was lost under the job/),
  });
  expectNothing("die-load-one");
  await game.ready(3);
});
