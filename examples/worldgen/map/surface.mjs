/**
 * A height map in pixels, rows from the top. `light` is 1 on level ground.
 * @typedef {{ width: number, height: number, heights: Float32Array, light: Float32Array }} Surface
 */

/** The sun stands in the north-west, as maps have it, and mountains are drawn higher than they are. */
const sun = { x: -0.5, z: 0.5, up: Math.SQRT1_2 };
const exaggeration = 1.5;
/** Of the light on level ground: what lies in the shade is lit by the sky. */
const darkest = 0.4;

/**
 * Enlarges a height map. Row 0 of the result is the northmost: a picture's first row is its top, the samples' first one
 * is their south.
 * @param {number[][]} samples metres, [z][x]
 * @param {number} scale pixels between two samples
 * @param {number} step metres between two samples
 * @returns {Surface}
 */
export function drawSurface(samples, scale, step) {
  const [rows, columns] = [samples.length, samples[0]?.length ?? 0];
  const [width, height] = [columns * scale, rows * scale];
  const heights = new Float32Array(width * height);
  const across = samples.map((row) => enlargeRow(row, scale));
  const column = new Array(rows);
  for (let x = 0; x < width; x++) {
    for (let z = 0; z < rows; z++) column[z] = across[z]?.[x] ?? 0;
    const enlarged = enlargeRow(column, scale);
    for (let y = 0; y < height; y++) heights[y * width + x] = enlarged[height - 1 - y] ?? 0;
  }
  return { width, height, heights, light: shade(heights, width, height, step / scale) };
}

/**
 * Cubic between samples (Catmull and Rom): smooth, and through every sample.
 * @param {ArrayLike<number>} row
 * @param {number} scale
 */
function enlargeRow(row, scale) {
  const last = row.length - 1;
  const at = (/** @type {number} */ i) => row[Math.max(0, Math.min(last, i))] ?? 0;
  const enlarged = new Float32Array(row.length * scale);
  for (let i = 0; i < enlarged.length; i++) {
    const position = (i + 0.5) / scale - 0.5;
    const k = Math.floor(position);
    const t = position - k;
    const [a, b, c, d] = [at(k - 1), at(k), at(k + 1), at(k + 2)];
    enlarged[i] = b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  }
  return enlarged;
}

/**
 * @param {Float32Array} heights
 * @param {number} width
 * @param {number} height
 * @param {number} pixel metres
 */
function shade(heights, width, height, pixel) {
  const light = new Float32Array(heights.length);
  const at = (/** @type {number} */ x, /** @type {number} */ y) =>
    heights[Math.max(0, Math.min(height - 1, y)) * width + Math.max(0, Math.min(width - 1, x))] ?? 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const east = ((at(x + 1, y) - at(x - 1, y)) / (2 * pixel)) * exaggeration;
      const north = ((at(x, y - 1) - at(x, y + 1)) / (2 * pixel)) * exaggeration;
      const towards = sun.up - east * sun.x - north * sun.z;
      const bright = towards / Math.sqrt(1 + east * east + north * north) / sun.up;
      light[y * width + x] = Math.max(darkest, bright);
    }
  }
  return light;
}
