import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { expect } from "vitest";

/** The files of a result, by name. */
export type Files = Record<string, string>;

export function documentsOf(files: Files) {
  return {
    heightmap: JSON.parse(files["heightmap.json"] ?? ""),
    biomes: JSON.parse(files["biomes.json"] ?? ""),
  };
}

export function samplesOf(files: Files) {
  const { heightmap, biomes } = documentsOf(files);
  return { heights: heightmap.heights, ids: biomes.ids };
}

/** Where in the grid the first sample of this height is. */
function placeOf({ heights }: { heights: number[][] }, height: number): [row: number, column: number] {
  const row = heights.findIndex((values) => values.includes(height));
  return [row, heights[row]?.indexOf(height) ?? 0];
}

/** Into `dir`/extracted. */
export function writeResult(dir: string, files: Files): void {
  mkdirSync(join(dir, "extracted"), { recursive: true });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(dir, "extracted", name), content);
}

export function readResult(dir: string): Files {
  const names = ["biomes.json", "heightmap.json"];
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(dir, "extracted", name), "utf8")]));
}

/** A picture of many colours, three pixels a sample, whose deepest place is blue and whose highest is not: north is up. */
export function expectMap(file: Buffer, heightmap: { heights: number[][]; min: number; max: number }): void {
  const picture = decodePng(file);
  expect([picture.width, picture.height]).toEqual([256 * 3, 256 * 3]);
  expect(picture.colours.size).toBeGreaterThan(500);
  const isBlue = (height: number) => {
    const [row, column] = placeOf(heightmap, height);
    // The samples' last row is the picture's first.
    const [red = 0, , blue = 0] = picture.at(column * 3 + 1, (255 - row) * 3 + 1);
    return blue > red + 25;
  };
  expect([isBlue(heightmap.min), isBlue(heightmap.max)]).toEqual([true, false]);
}

/** Undoes what `encodePng` does; every chunk's checksum is read by a real viewer only. */
function decodePng(file: Buffer) {
  expect(file.subarray(0, 8).toString("latin1")).toBe("\x89PNG\r\n\x1a\n");
  const [width, height] = [file.readUInt32BE(16), file.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const data = file.subarray(at + 8, at + 8 + file.readUInt32BE(at));
    if (file.toString("latin1", at + 4, at + 8) === "IDAT") parts.push(data);
  }
  const rows = inflateSync(Buffer.concat(parts));
  const stride = width * 3 + 1;
  expect(rows.length).toBe(stride * height);
  for (let y = 0; y < height; y++) {
    expect(rows[y * stride]).toBe(1);
    for (let i = 4; i < stride; i++)
      rows[y * stride + i] = (rows[y * stride + i] ?? 0) + (rows[y * stride + i - 3] ?? 0);
  }
  const colours = new Set<number>();
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) colours.add(rows.readUIntBE(y * stride + 1 + x * 3, 3));
  const at = (x: number, y: number) => [...rows.subarray(y * stride + 1 + x * 3, y * stride + 4 + x * 3)];
  return { width, height, at, colours };
}

/** What a merge that fails says. */
export function mergeFailure(dir: string): string {
  const { status, stderr } = spawnSync(process.execPath, ["examples/worldgen/merge.mjs", dir], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  return stderr;
}
