/**
 * @typedef {import("./documents.mjs").Heightmap | import("./documents.mjs").BiomeMap} Document
 * @typedef {{ row: number, column: number, tiles: [number, number], values: [number, number] }} Disagreement
 */

const shownDisagreements = 5;

/**
 * Makes one document of the tiles of a world. Where tiles overlap they have to say the same.
 * @template {Document} D
 * @param {D[]} tiles in any order
 * @param {"heights" | "ids"} key where the samples are
 * @returns {D} what one engine writes for the whole world
 * @throws {Error} says which tiles, where and how: another world's, missing, ragged, or different at a seam
 */
export function stitchTiles(tiles, key) {
  checkSet(tiles, key);
  const samples = fill(tiles, key);
  const { tile, ...whole } = /** @type {any} */ (tiles[0]);
  whole[key] = samples;
  if (key === "heights") Object.assign(whole, findRange(samples));
  return whole;
}

/**
 * All tiles of one world, each once.
 * @param {Document[]} tiles
 * @param {string} key
 */
function checkSet(tiles, key) {
  const numbers = tiles.map(({ tile }) => tile?.number).sort((a, b) => Number(a) - Number(b));
  const count = tiles[0]?.tile?.count;
  if (count === undefined || numbers.length !== count || numbers.some((number, i) => number !== i))
    throw new Error(`these are not the tiles of one world: ${numbers.join(", ")} of ${count}`);
  const heads = tiles.map((tile) => describeWorld(tile, key));
  const stranger = heads.findIndex((head) => head !== heads[0]);
  if (stranger >= 0) throw new Error(`tiles of different worlds: ${heads[0]} and ${heads[stranger]}`);
}

/**
 * All that tiles of one world have in common.
 * @param {Document} document
 * @param {string} key
 */
function describeWorld(document, key) {
  const own = ["tile", "min", "max", key];
  const common = Object.entries(document).filter(([name]) => !own.includes(name));
  return JSON.stringify([...common, ["count", document.tile?.count]]);
}

/**
 * @param {Document[]} tiles
 * @param {string} key
 */
function fill(tiles, key) {
  const { columns, rows } = /** @type {Document} */ (tiles[0]).grid;
  /** @type {number[][]} */
  const samples = Array.from({ length: rows }, () => new Array(columns));
  /** @type {number[][]} */
  const owners = Array.from({ length: rows }, () => new Array(columns));
  /** @type {Disagreement[]} */
  const disagreements = [];
  for (const document of tiles) {
    eachSample(document, key, (row, column, value) => {
      const [known, owner] = [samples[row]?.[column], owners[row]?.[column]];
      const number = document.tile?.number ?? 0;
      if (known !== undefined && owner !== undefined && known !== value)
        disagreements.push({ row, column, tiles: [owner, number], values: [known, value] });
      /** @type {number[]} */ (samples[row])[column] = value;
      /** @type {number[]} */ (owners[row])[column] = number;
    });
  }
  if (disagreements.length > 0) throw new Error(describe(disagreements, key));
  const gap = samples.findIndex((row) => row.includes(/** @type {any} */ (undefined)));
  if (gap >= 0) throw new Error(`no tile has all of row ${gap} of ${key}`);
  return samples;
}

/**
 * @param {Document} document
 * @param {string} key
 * @param {(row: number, column: number, value: number) => void} visit with places in the whole grid
 */
function eachSample(document, key, visit) {
  const { tile, grid } = document;
  const values = /** @type {number[][]} */ (/** @type {any} */ (document)[key]);
  if (!tile) return;
  const isWhole = values.length === tile.rows && values.every((row) => row.length === tile.columns);
  const isInside = tile.firstRow + tile.rows <= grid.rows && tile.firstColumn + tile.columns <= grid.columns;
  if (!isWhole || !isInside) throw new Error(`tile ${tile.number} does not have the ${key} that it says`);
  values.forEach((row, r) => {
    row.forEach((value, c) => {
      visit(tile.firstRow + r, tile.firstColumn + c, value);
    });
  });
}

/**
 * @param {Disagreement[]} disagreements
 * @param {string} key
 */
function describe(disagreements, key) {
  const lines = disagreements
    .slice(0, shownDisagreements)
    .map(
      ({ row, column, tiles, values }) =>
        `  row ${row}, column ${column}: tile ${tiles[0]} says ${values[0]}, tile ${tiles[1]} says ${values[1]}`,
    );
  return [`the seams of ${key} disagree at ${disagreements.length} samples:`, ...lines].join("\n");
}

/** @param {number[][]} samples */
function findRange(samples) {
  const all = samples.flat();
  const min = all.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  const max = all.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
  return { min, max };
}
