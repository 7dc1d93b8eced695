import { drawOver, paint, parseColour } from "./colour.mjs";

const ink = parseColour("#33424a");
/** Of an id that the legend does not have: nothing on a map looks like it. */
const unknown = parseColour("#ff00ff");

/**
 * A map of biomes. Ids are names, not amounts: a pixel has the colour of its own sample, nothing in between.
 * @param {import("./documents.mjs").BiomeMap} biomes
 * @param {import("./surface.mjs").Surface} surface its light falls on the colours
 * @param {number} scale pixels a sample
 * @returns {Uint8Array} three bytes a pixel
 */
export function drawBiomes({ biomes, ids }, { width, height, light }, scale) {
  const colours = new Map(biomes.map(({ id, colour }) => [id, parseColour(colour)]));
  const pixels = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const [row, below] = [rowAt(ids, y, scale), rowAt(ids, Math.min(y + 1, height - 1), scale)];
    for (let x = 0; x < width; x++) {
      const column = Math.floor(x / scale);
      const id = row[column] ?? 0;
      const right = row[Math.floor((x + 1) / scale)] ?? id;
      const at = (y * width + x) * 3;
      paint(pixels, at, colours.get(id) ?? unknown, 0.45 + 0.55 * (light[y * width + x] ?? 1));
      if (id !== right || id !== below[column]) drawOver(pixels, at, ink, 0.3);
    }
  }
  return pixels;
}

/**
 * The picture's first row is the northmost, the samples' first one is their south.
 * @param {number[][]} ids
 * @param {number} y
 * @param {number} scale
 */
function rowAt(ids, y, scale) {
  return ids[ids.length - 1 - Math.floor(y / scale)] ?? [];
}
