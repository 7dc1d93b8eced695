import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadImage } from "../rig/load-image.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { findWorldgenEngine } from "../rig/worldgen-engine.js";
import { buildWorldgenImage } from "../rig/worldgen-image.js";
import {
  documentsOf,
  expectMap,
  mergeFailure,
  readResult,
  samplesOf,
  writeResult,
} from "./worldgen-results.js";
import { execIn, serverPids, startServer, type WorldgenServer } from "./worldgen-server.js";

const example = resolve("examples/worldgen");
const engine = findWorldgenEngine();
const why = engine.kind === "missing" ? ` (skipped: ${engine.reason})` : "";

describe.skipIf(engine.kind === "missing")(`the world generator${why}`, () => {
  let sandbox: Sandbox;
  let first: WorldgenServer;
  let second: WorldgenServer;
  beforeAll(async () => {
    sandbox = await createSandbox();
    await loadImage(sandbox.docker, reference(), await buildWorldgenImage({ salt: sandbox.id }));
    [first, second] = await Promise.all([
      startServer(sandbox.docker, reference(), `${sandbox.id}-first`),
      startServer(sandbox.docker, reference(), `${sandbox.id}-second`),
    ]);
  });
  afterAll(() => sandbox.dispose());

  const reference = () => `${sandbox.id}/worldgen:1`;

  const generate = async (server: WorldgenServer, command: string) => {
    const lines = await server.run(command);
    expect(lines.at(-1)).toBe("ALL EXPORTS COMPLETE");
    return server.files();
  };

  test("makes the same bytes of a seed on two engines, whatever each did before, and others of another seed", async () => {
    await first.run("load_world something else");
    const [one, two] = await Promise.all([
      generate(first, "load_world Yggdrasil"),
      generate(second, "load_world Yggdrasil"),
    ]);
    expect([Object.keys(one).sort(), one]).toEqual([["biomes.json", "heightmap.json"], two]);
    const other = await generate(second, "load_world yggdrasil");
    expect(samplesOf(other).heights).not.toEqual(samplesOf(one).heights);
    expect(samplesOf(other).ids).not.toEqual(samplesOf(one).ids);
  });

  test("says first which world it has, then each file once it is whole, then that it is done", async () => {
    const lines = await first.run("load_world order");
    expect(lines.filter((line) => !line.startsWith("generated "))).toEqual([
      "world seed: order",
      "exported biomes.json",
      "exported heightmap.json",
      "ALL EXPORTS COMPLETE",
    ]);
  });

  test.each([
    ["a command substitution", "$(reboot)"],
    ["shell code", "`reboot`; rm -rf / #"],
    ["a path", "../../etc/passwd"],
    ["a leading dash", "-rf --help"],
    ["spaces at its ends", "  spaces on both sides  "],
    ["quotes and backslashes", `"quotes" and 'quotes' and \\n back\\slashes \\`],
    ["a format", "%s %d %%"],
    ["a parameter", "{seed}"],
    ["Unicode", "Ásgarðr 世界 🌍 e\u0301"],
    ["64 KiB", "x".repeat(65_536)],
  ])("takes a seed for the text that it is: %s", async (_what, seed) => {
    const lines = await first.run(`load_world ${seed}`);
    expect(lines[0]).toBe(`world seed: ${seed}`);
    const { heightmap, biomes } = documentsOf(await first.files());
    expect([heightmap.world.seed, biomes.world.seed]).toEqual([seed, seed]);
  });

  test("refuses what is no command, no tile or no UTF-8, and goes on", async () => {
    const ask = async (line: string) => (await second.run(line)).at(-1);
    expect(await ask("load_worlds x")).toBe("refused: unknown command");
    expect(await ask("load_tile 4 4 x")).toMatch(/^refused: .*no tile 4$/);
    expect(await ask("load_tile -1 4 x")).toMatch(/^refused: load_tile takes/);
    const bytes = Buffer.concat([Buffer.from("load_world half a "), Buffer.from([0xe4, 0xb8])]);
    expect((await second.run(bytes)).at(-1)).toBe("refused: the seed is not UTF-8");
    expect(await ask("load_world after that")).toBe("ALL EXPORTS COMPLETE");
  });

  test("is the same process after all that, and the second of two jobs in a row is right", async () => {
    const pids = await serverPids(first);
    const from = first.lines.length;
    first.send("load_world one");
    first.send("load_world two");
    await first.line((line) => line === "world seed: two", from);
    await first.line((line) => line === "ALL EXPORTS COMPLETE", first.lines.lastIndexOf("world seed: two"));
    expect(documentsOf(await first.files()).heightmap.world.seed).toBe("two");
    expect(await first.files()).toEqual(await generate(second, "load_world two"));
    expect(await serverPids(first)).toEqual(pids);
  });

  test("a reset gives up the job under way and those that wait, and the next job is right", async () => {
    // So slow that the server has many turns before the job is over.
    await first.container.update({ NanoCpus: 1e8 });
    const from = first.lines.length;
    first.send("load_world given up");
    first.send("load_world never begun");
    await first.line((line) => line === "generated 25 %", from);
    first.send("reset here");
    await first.line((line) => line === "reset", from);
    await first.container.update({ NanoCpus: 2e9 });
    expect(await first.files()).toEqual({});
    const again = await generate(first, "load_world after a reset");
    const said = first.lines.slice(from).filter((line) => !line.startsWith("generated "));
    expect(said).toEqual([
      ...["world seed: given up", "reset", "world seed: after a reset"],
      ...["exported biomes.json", "exported heightmap.json", "ALL EXPORTS COMPLETE"],
    ]);
    expect(again).toEqual(await generate(second, "load_world after a reset"));
  });

  test("the reset of the image ends when no file is left", async () => {
    await first.run("load_world to be reset");
    await execIn(first, ["/worldgen/reset"]);
    expect(await first.files()).toEqual({});
  });

  test.each([4, 6, 9])("%i tiles of two engines make the bytes of one engine's world", async (count) => {
    const dir = join(sandbox.dir, `tiles-${count}`);
    await Promise.all([
      writeTiles(first, dir, count, (tile) => tile % 2 === 0),
      writeTiles(second, dir, count, (tile) => tile % 2 === 1),
    ]);
    execFileSync(process.execPath, [join(example, "merge.mjs"), dir]);
    expect(readResult(dir)).toEqual(await generate(first, 'load_world Midgard "2" ü'));
  });

  const writeTiles = async (
    server: WorldgenServer,
    dir: string,
    count: number,
    isMine: (tile: number) => boolean,
  ) => {
    for (let tile = 0; tile < count; tile++) {
      if (!isMine(tile)) continue;
      const files = await generate(server, `load_tile ${tile} ${count} Midgard "2" ü`);
      writeResult(join(dir, "chunks", String(tile)), files);
    }
  };

  test("tiles are merged only if they are whole, of one world, and agree where they meet", async () => {
    const dir = join(sandbox.dir, "tiles-4");
    const file = join(dir, "chunks/1/extracted/heightmap.json");
    const good = readFileSync(file, "utf8");
    const tile = JSON.parse(good);
    // The first column of the eastern tile is the last one of the western tile too.
    tile.heights[7][0] += 0.1;
    writeFileSync(file, JSON.stringify(tile));
    expect(mergeFailure(dir)).toMatch(
      /the seams of heights disagree at 1 samples:\n {2}row 7, column 128: tile 0 says \S+, tile 1 says/,
    );
    const stranger = JSON.parse(good);
    stranger.world.seed = "Midgard";
    writeFileSync(file, JSON.stringify(stranger));
    expect(mergeFailure(dir)).toContain("tiles of different worlds");
    const ragged = JSON.parse(good);
    ragged.heights[5].pop();
    writeFileSync(file, JSON.stringify(ragged));
    expect(mergeFailure(dir)).toContain("tile 1 does not have the heights that it says");
    writeFileSync(file, good.replace('"number":1', '"number":2'));
    expect(mergeFailure(dir)).toContain("not the tiles of one world: 0, 2, 2, 3 of 4");
  });

  test("the documents have the shape that the schemas say, wholes and tiles, and the schemas refuse others", async () => {
    const ajv = new Ajv2020({ allErrors: true });
    const [checkHeights, checkIds] = ["heightmap", "biomes"].map((name) =>
      ajv.compile(JSON.parse(readFileSync(join(example, "schemas", `${name}.schema.json`), "utf8"))),
    );
    for (const command of ["load_world shape", "load_tile 3 4 shape"]) {
      const { heightmap, biomes } = documentsOf(await generate(first, command));
      expect(checkHeights?.(heightmap), JSON.stringify(checkHeights?.errors)).toBe(true);
      expect(checkIds?.(biomes), JSON.stringify(checkIds?.errors)).toBe(true);
      expect(checkHeights?.({ ...heightmap, axes: { ...heightmap.axes, index: "[x][z]" } })).toBe(false);
      expect(checkHeights?.(biomes)).toBe(false);
      const known = new Set(biomes.biomes.map(({ id }: { id: number }) => id));
      expect(biomes.ids.flat().every((id: number) => known.has(id))).toBe(true);
      const heights: number[] = heightmap.heights.flat();
      expect([Math.min(...heights), Math.max(...heights)]).toEqual([heightmap.min, heightmap.max]);
    }
  });

  test("samples stand where the document says: a tile's first one is the world's at its row and column", async () => {
    const whole = documentsOf(await generate(first, "load_world axes")).heightmap;
    // Tile 1 of 4 is the south-east: columns from 128 on, rows from 0 on.
    const east = documentsOf(await generate(first, "load_tile 1 4 axes")).heightmap;
    expect([east.tile.firstColumn, east.tile.firstRow]).toEqual([128, 0]);
    expect(east.heights[0][0]).toBe(whole.heights[0][128]);
    expect(east.heights[9][0]).toBe(whole.heights[9][128]);
    expect(east.heights[9][0]).not.toBe(whole.heights[128][9]);
  });

  test("maps of a world are pictures of it, north up, and its statistics add up", async () => {
    const dir = join(sandbox.dir, "rendered");
    const files = await generate(first, "load_world Hello");
    writeResult(dir, files);
    execFileSync(process.execPath, [join(example, "render.mjs"), dir]);
    const { heightmap, biomes } = documentsOf(files);
    const statistics = JSON.parse(readFileSync(join(dir, "processed/statistics.json"), "utf8"));
    expect(statistics.heights).toMatchObject({ min: heightmap.min, max: heightmap.max });
    const counted = statistics.biomes.reduce(
      (sum: number, { samples }: { samples: number }) => sum + samples,
      0,
    );
    expect(counted).toBe(biomes.ids.flat().length);
    for (const name of ["heightmap.png", "biomes.png"])
      expectMap(readFileSync(join(dir, "renders", name)), heightmap);
  });

  test("says that a full disk is why a job failed, shows no half of a file, and ends", async () => {
    const Tmpfs = { "/config/world_data": "size=200k" };
    const server = await startServer(sandbox.docker, reference(), `${sandbox.id}-full`, { Tmpfs });
    const over = server.container.wait();
    const lines = await server.run("load_world too much");
    expect(lines).toContainEqual(expect.stringMatching(/^job failed: .*No space left/));
    expect(lines).toContain("exported biomes.json");
    expect(lines).not.toContain("exported heightmap.json");
    expect((await over).StatusCode).not.toBe(0);
    await server.container.remove({ force: true });
  });

  test("ends its container when the server is killed", async () => {
    const pid = (await serverPids(first)).trim().split(" ")[0] ?? "";
    const over = first.container.wait();
    first.container.exec({ Cmd: ["kill", "-9", pid] }).then((exec) => exec.start({}));
    expect(await over).toMatchObject({ StatusCode: 137 });
  });

  test("ends within Docker's patience when it is stopped", async () => {
    const from = performance.now();
    await second.container.stop({ t: 10 });
    expect(performance.now() - from).toBeLessThan(8_000);
    expect((await second.container.inspect()).State.ExitCode).toBe(0);
  });
});
