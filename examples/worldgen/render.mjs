// Adds to a result what people look at: `node render.mjs DIR` reads DIR/extracted and writes DIR/processed/statistics.json,
// DIR/renders/heightmap.png and DIR/renders/biomes.png.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readDocuments } from "./map/documents.mjs";
import { drawBiomes } from "./map/draw-biomes.mjs";
import { drawRelief } from "./map/draw-relief.mjs";
import { summarize } from "./map/summarize.mjs";
import { drawSurface } from "./map/surface.mjs";
import { encodePng } from "./map/write-png.mjs";

/** Pixels a sample, each way. */
const scale = 3;

const dir = process.argv[2];
if (dir === undefined) {
  console.error("usage: node render.mjs DIR");
  process.exit(64);
}

const documents = readDocuments(join(dir, "extracted"));
const { heightmap, biomes } = documents;
const surface = drawSurface(heightmap.heights, scale, heightmap.grid.step);
const { width, height } = surface;

write("processed", "statistics.json", `${JSON.stringify(summarize(documents), undefined, 2)}\n`);
write("renders", "heightmap.png", encodePng(width, height, drawRelief(surface, heightmap.seaLevel)));
write("renders", "biomes.png", encodePng(width, height, drawBiomes(biomes, surface, scale)));

/**
 * @param {string} folder
 * @param {string} name
 * @param {string | Buffer} content
 */
function write(folder, name, content) {
  mkdirSync(join(dir ?? "", folder), { recursive: true });
  writeFileSync(join(dir ?? "", folder, name), content);
}
