import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { type Pack, pack } from "tar-stream";
import { WarmError } from "../../errors.js";
import type { ResultFile } from "../outputs/export-output.js";
import { quoteName } from "../outputs/refuse-entry.js";
import { checkFiles } from "./check-files.js";
import { dataPaths, isHash, MANIFEST } from "./data-paths.js";
import { onDisk } from "./disk-error.js";
import { findResult } from "./find-result.js";
import { parseManifest } from "./parse-manifest.js";

const CHUNK_BYTES = 64 * 1024;
const BLOCK_BYTES = 512;
/** Two empty blocks. */
const END_BYTES = 2 * BLOCK_BYTES;
/** Of the header's field; a longer name, or another than ASCII, goes into a pax header of its own. */
const LONGEST_NAME = 100;
/** Whole seconds, as the header has them. */
const LATEST_MTIME = 2 ** 31 - 1;

/** Never waits for a pipe, never follows a link. */
const FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

type Entry = ReturnType<Pack["entry"]>;

interface Source {
  readonly directory: string;
  readonly files: readonly ResultFile[];
  /** Bytes as they lie in the folder, and their mtime, epoch ms. */
  readonly manifest: { readonly content: Buffer; readonly mtimeMs: number };
}

/**
 * A result as a tar archive: its manifest first, then the files that the manifest lists, in that order, with their sizes and
 * their mtimes in whole seconds. Nothing is opened before the stream is read, and no more is read than the reader takes.
 * @param directory of the result, in a data directory
 * @returns bytes: exactly as many as a whole archive has; always known. stream: is destroyed, before the last blocks of the
 * archive are out, with a WarmError `rejected` when a file is not the one that the manifest tells of: gone, a link, of another
 * size or another hash. It closes its files when it is destroyed
 * @throws WarmError `not-found` when there is no whole result
 */
export async function openResultArchive(
  directory: string,
): Promise<{ readonly bytes: number | undefined; readonly stream: Readable }> {
  const source = await openSource(resolve(directory));
  return {
    bytes: countBytes(source),
    stream: Readable.from(archive(source), { objectMode: false }),
  };
}

async function openSource(directory: string): Promise<Source> {
  const missing = (why: string) =>
    new WarmError("not-found", `there is no whole result in ${directory}: ${why}`);
  const hash = basename(directory);
  if (!isHash(hash)) throw missing("that is no result's name");
  const results = dirname(directory);
  const found = await findResult({ ...dataPaths(dirname(results)), results }, hash, false);
  if (found === undefined) throw missing("the folder is not there");
  if ("broken" in found) throw missing(found.broken);
  const manifest = await readBytes(join(directory, MANIFEST)).catch((error: NodeJS.ErrnoException) => {
    throw missing(`its ${MANIFEST} cannot be read: ${error.code ?? error.message}`);
  });
  // It may be the one of a result that was published just now: what is sent is what it tells of, not what was found before.
  const parsed = parseManifest(manifest.content.toString("utf8"), hash);
  if ("fault" in parsed) throw missing(`its ${MANIFEST} is broken: ${parsed.fault}`);
  return { directory, files: parsed.files, manifest };
}

async function readBytes(path: string): Promise<Source["manifest"]> {
  const file = await open(path, FLAGS);
  try {
    const { mtimeMs } = await file.stat();
    return { content: await file.readFile(), mtimeMs };
  } finally {
    await file.close();
  }
}

async function* archive(source: Source): AsyncGenerator<Buffer, void, undefined> {
  const tar = pack();
  const filled = fill(tar, source);
  try {
    for await (const chunk of tar) yield chunk as Buffer;
  } finally {
    tar.destroy();
    await filled;
  }
}

/** Never rejects: an error is the archive's. */
async function fill(tar: Pack, { directory, files, manifest }: Source): Promise<void> {
  try {
    const { content, mtimeMs } = manifest;
    await finish(addEntry(tar, MANIFEST, content.length, mtimeMs).end(content));
    for (const file of files) await addFile(tar, directory, file);
    tar.finalize();
  } catch (error) {
    tar.destroy(onDisk(`send the result ${directory}`)(error));
  }
}

async function addFile(tar: Pack, directory: string, file: ResultFile): Promise<void> {
  const refuse = (why: string) => new WarmError("rejected", `cannot send the result ${directory}: ${why}`);
  const [fault] = await checkFiles(directory, [file], false);
  if (fault !== undefined) throw refuse(fault);
  const handle = await open(join(directory, file.path), FLAGS);
  try {
    const stats = await handle.stat();
    if (!stats.isFile()) throw refuse(`${quoteName(file.path)} is no file`);
    const entry = addEntry(tar, file.path, file.size, stats.mtimeMs);
    if (!(await copy(handle, entry, file)))
      throw refuse(`the file ${quoteName(file.path)} has another content than it was published with`);
    await finish(entry.end(null));
  } finally {
    await handle.close();
  }
}

function addEntry(tar: Pack, name: string, size: number, mtimeMs: number): Entry {
  const mtime = new Date(Math.min(Math.max(0, Math.floor(mtimeMs / 1000)), LATEST_MTIME) * 1000);
  const header = { name, size, mtime, ...(isPlain(name) ? {} : { pax: {} }) };
  // Its errors are those of the archive, and are told there.
  return tar.entry(header).on("error", () => undefined);
}

/**
 * The last chunk waits until all of the content is known to be right: tar takes an archive that stops behind a file for whole.
 * @returns whether it was the file of the manifest, to the last byte. No more than its size is written
 */
async function copy(handle: FileHandle, entry: Entry, { size, sha256 }: ResultFile): Promise<boolean> {
  const hash = createHash("sha256");
  let held: Buffer | undefined;
  for (let left = size; ; ) {
    // One more than is due shows that it has grown.
    const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.min(CHUNK_BYTES, left + 1)));
    left -= bytesRead;
    const isRight = bytesRead > 0 ? left >= 0 : left === 0 && hash.digest("hex") === sha256;
    if (!isRight) return false;
    if (held !== undefined) await write(entry, held);
    if (bytesRead === 0) return true;
    held = buffer.subarray(0, bytesRead);
    hash.update(held);
  }
}

async function write(entry: Entry, chunk: Buffer): Promise<void> {
  if (!entry.write(chunk)) await next(entry, "drain");
  if (entry.destroyed) throw new Error("nobody reads it any more");
}

const finish = (entry: Entry): Promise<void> => next(entry, "close");

/** Waits until the reader has taken what was written; no longer than there is one. */
function next(entry: Entry, event: "drain" | "close"): Promise<void> {
  return new Promise((resolve) => {
    if (entry.destroyed) return resolve();
    const settle = () => {
      entry.off(event, settle).off("close", settle);
      resolve();
    };
    entry.on(event, settle).on("close", settle);
  });
}

/** Whether the header's own field holds it. For every other name we ask for a pax header, so that it is we who decide. */
const isPlain = (name: string): boolean =>
  name.length <= LONGEST_NAME && Buffer.byteLength(name) === name.length;

function countBytes({ files, manifest }: Source): number {
  const entries = [{ path: MANIFEST, size: manifest.content.length }, ...files];
  return entries.reduce((sum, { path, size }) => sum + headerBytes(path) + toBlocks(size), END_BYTES);
}

/** Sizes over 8 GiB need no pax header: tar-stream writes them in base 256. */
function headerBytes(path: string): number {
  return isPlain(path) ? BLOCK_BYTES : 2 * BLOCK_BYTES + toBlocks(paxBytes(path));
}

/** `<length> path=<path>\n`, where the length counts its own digits too: POSIX, pax Interchange Format. */
function paxBytes(path: string): number {
  const rest = Buffer.byteLength(` path=${path}\n`);
  const digits = String(rest).length;
  return rest + String(rest + digits).length;
}

const toBlocks = (bytes: number): number => Math.ceil(bytes / BLOCK_BYTES) * BLOCK_BYTES;
