// Makes one result of a world's tiles: `node merge.mjs DIR` reads DIR/chunks/<number>/extracted and writes DIR/extracted,
// byte for byte as one engine writes that world. Ends with code 1 and says where tiles disagree.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatDocument, readDocuments } from "./map/documents.mjs";
import { stitchTiles } from "./map/stitch-tiles.mjs";

const dir = process.argv[2];
if (dir === undefined) {
  console.error("usage: node merge.mjs DIR");
  process.exit(64);
}

try {
  const chunks = join(dir, "chunks");
  const tiles = readdirSync(chunks).map((name) => readDocuments(join(chunks, name, "extracted")));
  const biomes = stitchTiles(
    tiles.map((tile) => tile.biomes),
    "ids",
  );
  const heightmap = stitchTiles(
    tiles.map((tile) => tile.heightmap),
    "heights",
  );
  mkdirSync(join(dir, "extracted"), { recursive: true });
  writeFileSync(join(dir, "extracted", "biomes.json"), formatDocument(biomes));
  writeFileSync(join(dir, "extracted", "heightmap.json"), formatDocument(heightmap));
} catch (error) {
  console.error(`merge: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
}
