/**
 * What a region consists of.
 * @param {{ heightmap: import("./documents.mjs").Heightmap, biomes: import("./documents.mjs").BiomeMap }} documents
 */
export function summarize({ heightmap, biomes }) {
  const { world, grid, seaLevel } = heightmap;
  const heights = Float64Array.from(heightmap.heights.flat()).sort();
  const mean = heights.reduce((sum, height) => sum + height, 0) / heights.length;
  const variance = heights.reduce((sum, height) => sum + (height - mean) ** 2, 0) / heights.length;
  const quantile = (/** @type {number} */ share) => heights[Math.floor((heights.length - 1) * share)];
  return {
    format: "worldgen.statistics/1",
    world,
    grid,
    samples: heights.length,
    heights: {
      unit: "m",
      seaLevel,
      min: quantile(0),
      max: quantile(1),
      mean: round(mean),
      median: quantile(0.5),
      p10: quantile(0.1),
      p90: quantile(0.9),
      standardDeviation: round(Math.sqrt(variance)),
      landShare: round(heights.filter((height) => height >= seaLevel).length / heights.length, 4),
    },
    biomes: countBiomes(biomes),
  };
}

/**
 * Those that there are, the most common one first.
 * @param {import("./documents.mjs").BiomeMap} document
 */
function countBiomes({ biomes, ids }) {
  const all = ids.flat();
  const counts = new Map();
  for (const id of all) counts.set(id, (counts.get(id) ?? 0) + 1);
  return biomes
    .map((biome) => ({ ...biome, samples: counts.get(biome.id) ?? 0 }))
    .filter(({ samples }) => samples > 0)
    .map((biome) => ({ ...biome, share: round(biome.samples / all.length, 4) }))
    .sort((a, b) => b.samples - a.samples || a.id - b.id);
}

/**
 * @param {number} value
 * @param {number} digits
 */
function round(value, digits = 2) {
  return Number(value.toFixed(digits));
}
