/** @typedef {readonly [number, number, number]} Rgb 0 to 255 each */

/** @param {string} hex `#rrggbb` @returns {Rgb} */
export function parseColour(hex) {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/**
 * @param {Rgb} from
 * @param {Rgb} to
 * @param {number} share of `to`, 0 to 1
 * @returns {Rgb}
 */
export function mix(from, to, share) {
  const part = (/** @type {0 | 1 | 2} */ i) => from[i] + (to[i] - from[i]) * share;
  return [part(0), part(1), part(2)];
}

/**
 * @param {Rgb} colour
 * @param {number} light 1 leaves it as it is
 * @returns {Rgb}
 */
export function lighten(colour, light) {
  return light < 1
    ? mix([24, 28, 52], colour, light)
    : mix(colour, [255, 252, 240], Math.min(1, (light - 1) * 0.9));
}

/**
 * The colour of a value on a scale of (value, colour), which is sorted by value.
 * @param {readonly (readonly [number, Rgb])[]} scale
 * @param {number} value
 * @returns {Rgb}
 */
export function pickColour(scale, value) {
  let lower = scale[0];
  for (const upper of scale) {
    if (!lower) break;
    if (value < upper[0]) {
      const span = upper[0] - lower[0];
      return span > 0 ? mix(lower[1], upper[1], (value - lower[0]) / span) : upper[1];
    }
    lower = upper;
  }
  return lower?.[1] ?? [0, 0, 0];
}
