import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { comparePaths } from "../data/compare-paths.js";
import { onDisk } from "../data/disk-error.js";
import { type EntryPath, parseEntryPath } from "./entry-path.js";
import type { ExportedFile, ExportSettings } from "./export-output.js";
import { type ArchiveEntry, readArchive } from "./read-archive.js";
import { refuseEntry } from "./refuse-entry.js";
import { takeBytes } from "./take-bytes.js";
import { isNameTrouble, writeHashed } from "./write-hashed.js";

export const MAX_ENTRIES = 100_000;

const LINK_HINT = "have the engine write the file itself there, or take another folder out";
/** Sentences for what is neither a file nor a folder. */
const REFUSED: Readonly<Record<string, string>> = {
  "symlink": "is a symbolic link",
  "link": "is a hard link",
  "character-device": "is a device",
  "block-device": "is a device",
  "fifo": "is a named pipe",
};

interface Unpacking {
  readonly settings: ExportSettings;
  /** Paths below the staging folder of those that this archive made. */
  readonly folders: Set<string>;
  readonly files: ExportedFile[];
  root: string | undefined;
  entries: number;
}

/** Writes an output's archive to the staging folder. @throws WarmError as `exportOutput` does */
export async function unpackArchive(settings: ExportSettings): Promise<ExportedFile[]> {
  const { output, archive } = settings;
  const unpacking: Unpacking = { settings, folders: new Set(), files: [], root: undefined, entries: 0 };
  for await (const entry of readArchive(archive, output.from)) await unpackEntry(unpacking, entry);
  // An archive without entries is none of Docker's, but harmless.
  await makeFolder(unpacking, [], output.from);
  return unpacking.files.sort((a, b) => comparePaths(a.path, b.path));
}

async function unpackEntry(unpacking: Unpacking, entry: ArchiveEntry): Promise<void> {
  const { from } = unpacking.settings.output;
  const isFolder = entry.type === "directory";
  checkKind(from, entry);
  const path = parseEntryPath(from, entry.name, isFolder);
  checkPlace(unpacking, path, entry);
  if (isFolder) {
    await makeFolder(unpacking, path.rest, entry.name);
    // There is none, but the archive goes on only behind it.
    for await (const _ of entry.content);
  } else await writeEntry(unpacking, entry, path.rest.length === 0 ? [path.root] : path.rest);
}

function checkKind(from: string, { name, type, size, pax }: ArchiveEntry): void {
  const refuse = (why: string, hint?: string) => refuseEntry(from, name, why, hint);
  if (type !== "file" && type !== "directory") {
    const why = REFUSED[type ?? ""];
    throw refuse(why ?? "is neither a file nor a folder", why === undefined ? undefined : LINK_HINT);
  }
  if (Object.keys(pax).some((key) => key.startsWith("GNU.sparse."))) throw refuse("is a sparse file");
  if (!Number.isSafeInteger(size) || !/^\d*$/.test(pax.size ?? "")) throw refuse("has no readable size");
}

function checkPlace(unpacking: Unpacking, { root }: EntryPath, { name }: ArchiveEntry): void {
  const { from } = unpacking.settings.output;
  unpacking.entries += 1;
  if (unpacking.entries > MAX_ENTRIES)
    throw refuseEntry(from, name, `is one of more than ${MAX_ENTRIES} entries`);
  unpacking.root ??= root;
  if (root !== unpacking.root) throw refuseEntry(from, name, "is not below the path that was asked for");
}

/** The folder itself and those above it, which an archive need not list. */
async function makeFolder(unpacking: Unpacking, parts: readonly string[], name: string): Promise<void> {
  const { settings, folders } = unpacking;
  const { from, to } = settings.output;
  for (let length = 0; length <= parts.length; length += 1) {
    const path = [to, ...parts.slice(0, length)].join("/");
    if (folders.has(path)) continue;
    try {
      await mkdir(join(settings.dir, path), { mode: 0o755, recursive: length === 0 });
    } catch (error) {
      throw isNameTrouble(error) ? collides(from, name) : onDisk(`make the folder ${path}`)(error);
    }
    folders.add(path);
  }
}

async function writeEntry(
  unpacking: Unpacking,
  entry: ArchiveEntry,
  parts: readonly string[],
): Promise<void> {
  const { settings, files } = unpacking;
  const { from, to } = settings.output;
  await makeFolder(unpacking, parts.slice(0, -1), entry.name);
  takeBytes(settings.budget, from, entry);
  const path = [to, ...parts].join("/");
  const written = await writeHashed(join(settings.dir, path), entry).catch((error) => {
    throw isNameTrouble(error) ? collides(from, entry.name) : error;
  });
  files.push({ path, ...written });
}

const collides = (from: string, name: string) =>
  refuseEntry(from, name, "cannot stand beside another entry, or its path is too long");
