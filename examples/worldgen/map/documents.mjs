import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {{ columns: number, rows: number, step: number, west: number, south: number }} Grid
 * @typedef {{ number: number, count: number, firstColumn: number, firstRow: number, columns: number, rows: number }} Tile
 * @typedef {{ format: string, generator: object, world: { seed: string, sha1: string }, axes: object, grid: Grid, tile?: Tile }} Head
 * @typedef {Head & { unit: "m", seaLevel: number, min: number, max: number, heights: number[][] }} Heightmap
 * @typedef {{ id: number, name: string, colour: string }} Biome
 * @typedef {Head & { biomes: Biome[], ids: number[][] }} BiomeMap
 */

/**
 * The two documents of a folder. What the schemas say of them is taken for granted.
 * @param {string} dir
 * @returns {{ heightmap: Heightmap, biomes: BiomeMap }}
 * @throws {Error} when one is missing or is not JSON
 */
export function readDocuments(dir) {
  return { heightmap: readJson(join(dir, "heightmap.json")), biomes: readJson(join(dir, "biomes.json")) };
}

/**
 * The text that the generator writes for a document: one key a line, one row of samples a line.
 * @param {Heightmap | BiomeMap} document its keys are in the generator's order, the samples last
 */
export function formatDocument(document) {
  const lines = Object.entries(/** @type {Record<string, any>} */ (document)).map(([key, value]) => {
    const text = key === "heights" || key === "ids" ? formatRows(value) : JSON.stringify(value);
    return `${JSON.stringify(key)}:${text}`;
  });
  return `{\n${lines.join(",\n")}\n}\n`;
}

/** @param {number[][]} rows */
function formatRows(rows) {
  return `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]`;
}

/** @param {string} file */
function readJson(file) {
  return JSON.parse(readFileSync(file, "utf8"));
}
