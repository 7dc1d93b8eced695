/** @typedef {readonly [number, number, number]} Rgb 0 to 255 each */

/** @type {Rgb} */
const dusk = [24, 28, 52];
/** @type {Rgb} */
const sunshine = [255, 252, 240];

/** @param {string} hex `#rrggbb` @returns {Rgb} */
export function parseColour(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * Sets a pixel. Nothing is allocated: a map has hundreds of thousands of them.
 * @param {Uint8Array} pixels three bytes a pixel
 * @param {number} at the pixel's first byte
 * @param {Rgb} colour
 * @param {number} light 1 leaves the colour as it is
 */
export function paint(pixels, at, colour, light) {
  const isDark = light < 1;
  const towards = isDark ? dusk : sunshine;
  const share = isDark ? 1 - light : Math.min(1, (light - 1) * 0.9);
  pixels[at] = colour[0] + (towards[0] - colour[0]) * share;
  pixels[at + 1] = colour[1] + (towards[1] - colour[1]) * share;
  pixels[at + 2] = colour[2] + (towards[2] - colour[2]) * share;
}

/**
 * Draws over a pixel.
 * @param {Uint8Array} pixels
 * @param {number} at the pixel's first byte
 * @param {Rgb} colour
 * @param {number} share how much of it shows, 0 to 1
 */
export function drawOver(pixels, at, colour, share) {
  for (const i of /** @type {const} */ ([0, 1, 2])) {
    const under = pixels[at + i] ?? 0;
    pixels[at + i] = under + (colour[i] - under) * share;
  }
}

/**
 * One colour for each whole value from the first to the last one of a scale.
 * @param {readonly (readonly [value: number, hex: string])[]} scale sorted by value
 * @returns {(value: number) => Rgb} beyond the scale, the colour of its end
 */
export function createPalette(scale) {
  const first = scale[0]?.[0] ?? 0;
  /** @type {Rgb[]} */
  const colours = [];
  scale.slice(1).forEach(([upper, upperHex], i) => {
    const [lower, lowerHex] = scale[i] ?? [upper, upperHex];
    const [from, to] = [parseColour(lowerHex), parseColour(upperHex)];
    for (let value = lower; value <= upper; value++) {
      const share = (value - lower) / (upper - lower);
      const part = (/** @type {0 | 1 | 2} */ k) => from[k] + (to[k] - from[k]) * share;
      colours[value - first] = [part(0), part(1), part(2)];
    }
  });
  const last = colours.length - 1;
  return (value) => colours[Math.max(0, Math.min(last, Math.round(value - first)))] ?? dusk;
}
