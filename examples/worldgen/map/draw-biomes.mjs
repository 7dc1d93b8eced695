import { lighten, mix, parseColour } from "./colour.mjs";

const ink = parseColour("#33424a");

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
  const idAt = (/** @type {number} */ x, /** @type {number} */ y) =>
    ids[ids.length - 1 - Math.floor(y / scale)]?.[Math.floor(x / scale)] ?? 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const id = idAt(x, y);
      const isEdge =
        id !== idAt(Math.min(x + 1, width - 1), y) || id !== idAt(x, Math.min(y + 1, height - 1));
      const lit = lighten(colours.get(id) ?? [255, 0, 255], 0.45 + 0.55 * (light[y * width + x] ?? 1));
      pixels.set(isEdge ? mix(lit, ink, 0.3) : lit, (y * width + x) * 3);
    }
  }
  return pixels;
}
