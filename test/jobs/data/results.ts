import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { DataDirectory, Manifest, StoredResult } from "../../../src/jobs/data/data-directory.js";
import { openDataDirectory } from "../../../src/jobs/data/open-data-directory.js";
import type { ExportedFile } from "../../../src/jobs/outputs/export-output.js";
import { sha256 } from "../../../src/model/canonical.js";

export type Content = Readonly<Record<string, string | Uint8Array>>;

/** A data directory that was opened. */
export async function openedDirectory(dir: string, now: () => number = Date.now): Promise<DataDirectory> {
  const data = openDataDirectory({ dir, now, random: () => randomBytes(6).toString("hex") });
  await data.open();
  return data;
}

export const aManifest = (hash: string): Omit<Manifest, "format" | "files"> => ({
  hash,
  inputs: {
    pool: "valheim",
    key: "k",
    params: { seed: "k" },
    job: "j1",
    image: { reference: "a:1", id: "sha256:1" },
  },
  job: "job-1",
  engines: ["engine.valheim/1"],
  createdAt: "2026-01-01T00:00:00.000Z",
  timings: { totalMs: 7 },
});

export async function writeFiles(dir: string, files: Content): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(dir, path)), { recursive: true });
    await writeFile(join(dir, path), content);
  }
}

/** Publishes a result of these files. */
export async function publishFiles(
  data: DataDirectory,
  key: string,
  files: Content,
  known: readonly ExportedFile[] = [],
): Promise<StoredResult> {
  const staging = await data.stage("job-1");
  await writeFiles(staging.dir, files);
  return data.publish(staging, aManifest(sha256(key)), known);
}
