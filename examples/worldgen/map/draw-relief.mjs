import { createPalette, drawOver, paint, parseColour } from "./colour.mjs";

/** Metres below and above the sea, and their colours. */
const sea = createPalette([
  [-90, "#2f5f8f"],
  [-45, "#4a82b0"],
  [-15, "#6fa5cc"],
  [-3, "#9cc8e2"],
  [0, "#b7dbec"],
]);
const land = createPalette([
  [0, "#9dbd86"],
  [12, "#aecb8f"],
  [35, "#cfdda0"],
  [65, "#e9e0a6"],
  [100, "#dcbf85"],
  [140, "#b98e62"],
  [185, "#9a7a64"],
  [220, "#b9aaa2"],
  [260, "#f4f2f0"],
]);
const ink = parseColour("#3d5a70");
const contour = parseColour("#6b5236");
const contourInterval = 25;

/**
 * A physical map: hypsometric tints, shaded slopes, contours on land, a line along the coast.
 * @param {import("./surface.mjs").Surface} surface
 * @param {number} seaLevel metres
 * @returns {Uint8Array} three bytes a pixel
 */
export function drawRelief(surface, seaLevel) {
  const { width, height, heights, light } = surface;
  const pixels = new Uint8Array(width * height * 3);
  for (let i = 0; i < heights.length; i++) {
    const above = (heights[i] ?? 0) - seaLevel;
    const isLand = above >= 0;
    const shade = light[i] ?? 1;
    paint(pixels, i * 3, isLand ? land(above) : sea(above), isLand ? shade : 0.75 + 0.25 * shade);
    // Its right and its lower neighbour are on the other side of a line.
    const right = (heights[i % width === width - 1 ? i : i + 1] ?? 0) - seaLevel;
    const below = (heights[i + width] ?? heights[i] ?? 0) - seaLevel;
    if (isLand !== right >= 0 || isLand !== below >= 0) drawOver(pixels, i * 3, ink, 0.75);
    else if (isLand && (crosses(above, right) || crosses(above, below)))
      drawOver(pixels, i * 3, contour, 0.28);
  }
  return pixels;
}

/**
 * @param {number} a
 * @param {number} b
 */
function crosses(a, b) {
  return Math.floor(a / contourInterval) !== Math.floor(b / contourInterval);
}
