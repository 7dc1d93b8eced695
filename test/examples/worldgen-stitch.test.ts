import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { BiomeMap } from "../../examples/worldgen/map/documents.mjs";
import { formatDocument } from "../../examples/worldgen/map/documents.mjs";
import { stitchTiles } from "../../examples/worldgen/map/stitch-tiles.mjs";

const size = fc.integer({ min: 2, max: 12 });

/** A world of any size, cut into at least two tiles that overlap by one row and column. */
const cutWorld = fc
  .record({ columns: size, rows: size })
  .chain(({ columns, rows }) =>
    fc.record({
      ids: fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: columns, maxLength: columns }), {
        minLength: rows,
        maxLength: rows,
      }),
      across: fc.integer({ min: 2, max: columns }),
      down: fc.integer({ min: 1, max: rows }),
    }),
  )
  .map(({ ids, across, down }) => ({ world: worldOf(ids), tiles: cut(worldOf(ids), across, down) }));

describe("tiles", () => {
  test("make the world that they were cut from, in any order", () => {
    const shuffled = cutWorld.chain(({ world, tiles }) =>
      fc.shuffledSubarray(tiles, { minLength: tiles.length }).map((mixed) => ({ world, mixed })),
    );
    fc.assert(
      fc.property(shuffled, ({ world, mixed }) => {
        expect(formatDocument(stitchTiles(mixed, "ids"))).toBe(formatDocument(world));
      }),
    );
  });

  test("of which one differs at any sample of a seam are refused", () => {
    fc.assert(
      fc.property(cutWorld, fc.nat(), ({ tiles }, choice) => {
        // Its last column is the first one of its eastern neighbour.
        const eastmost = Math.max(...tiles.map(({ tile }) => tile?.firstColumn ?? 0));
        const western = tiles.filter(({ tile }) => tile && tile.firstColumn < eastmost);
        const changed = western[choice % western.length];
        const row = changed?.ids[choice % changed.ids.length];
        if (!row) throw new Error("no tile has a neighbour in the east");
        row[row.length - 1] = 99;
        expect(() => stitchTiles(tiles, "ids")).toThrow(/the seams of ids disagree at \d+ samples/);
      }),
    );
  });

  test("of which one is missing, twice there, or another world's are refused", () => {
    fc.assert(
      fc.property(cutWorld, fc.nat(), ({ tiles }, choice) => {
        const one = tiles[choice % tiles.length] as BiomeMap;
        const others = tiles.filter((tile) => tile !== one);
        expect(() => stitchTiles(others, "ids")).toThrow("not the tiles of one world");
        expect(() => stitchTiles([...tiles, one], "ids")).toThrow("not the tiles of one world");
        const stranger = { ...one, world: { ...one.world, seed: "another" } };
        expect(() => stitchTiles([...others, stranger], "ids")).toThrow("tiles of different worlds");
      }),
    );
  });
});

function worldOf(ids: number[][]): BiomeMap {
  return {
    format: "worldgen.biomes/1",
    generator: {},
    world: { seed: "any", sha1: "" },
    axes: {},
    grid: { columns: ids[0]?.length ?? 0, rows: ids.length, step: 16, west: 0, south: 0 },
    biomes: [],
    ids,
  };
}

/** As the mod cuts: bands of nearly equal width, each with the next one's first sample. */
function cut(world: BiomeMap, across: number, down: number): BiomeMap[] {
  const { columns, rows } = world.grid;
  const start = (band: number, bands: number, length: number) => Math.floor((band * length) / bands);
  return Array.from({ length: across * down }, (_, number) => {
    const [column, row] = [number % across, Math.floor(number / across)];
    const [firstColumn, firstRow] = [start(column, across, columns), start(row, down, rows)];
    const ids = world.ids
      .slice(firstRow, start(row + 1, down, rows) + 1)
      .map((samples) => samples.slice(firstColumn, start(column + 1, across, columns) + 1));
    const { ids: _ids, ...head } = world;
    const shape = { columns: ids[0]?.length ?? 0, rows: ids.length };
    return { ...head, tile: { number, count: across * down, firstColumn, firstRow, ...shape }, ids };
  });
}
