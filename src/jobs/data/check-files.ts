import type { Stats } from "node:fs";
import { lstat } from "node:fs/promises";
import { dirname, join } from "node:path";
import pLimit from "p-limit";
import type { ResultFile } from "../outputs/export-output.js";
import { quoteName } from "../outputs/refuse-entry.js";
import { hashFile } from "./hash-file.js";

/** More at once wait for the same few threads. */
const AT_ONCE = 16;

/**
 * Compares a result's files with its manifest.
 * @param verify reads them and compares their hashes too
 * @returns what is wrong, in sentences without a full stop; nothing outside `dir` is read
 */
export async function checkFiles(
  dir: string,
  files: readonly ResultFile[],
  verify: boolean,
): Promise<string[]> {
  const limit = pLimit(AT_ONCE);
  const folders = [...new Set(files.flatMap(({ path }) => foldersAbove(path)))];
  // A link among them would lead every file below it elsewhere.
  const wrong = await limit.map(folders, (path) => checkFolder(dir, path));
  if (!wrong.some(isWrong)) wrong.push(...(await limit.map(files, (file) => checkFile(dir, file, verify))));
  return wrong.filter(isWrong);
}

const isWrong = (sentence: string | undefined): sentence is string => sentence !== undefined;

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === "." ? [] : [...foldersAbove(above), above];
}

async function checkFolder(dir: string, path: string): Promise<string | undefined> {
  const stats = await look(join(dir, path));
  if (typeof stats === "string") return `the folder ${quoteName(path)} ${stats}`;
  return stats.isDirectory() ? undefined : `${quoteName(path)} is no folder`;
}

async function checkFile(dir: string, file: ResultFile, verify: boolean): Promise<string | undefined> {
  const name = quoteName(file.path);
  const stats = await look(join(dir, file.path));
  if (typeof stats === "string") return `the file ${name} ${stats}`;
  if (!stats.isFile()) return `${name} is no file`;
  if (stats.size !== file.size) return `the file ${name} has ${stats.size} bytes instead of ${file.size}`;
  if (!verify) return undefined;
  try {
    const sha256 = await hashFile(join(dir, file.path));
    return sha256 === file.sha256
      ? undefined
      : `the file ${name} has another content than it was published with`;
  } catch (error) {
    return `the file ${name} ${explain(error)}`;
  }
}

function look(path: string): Promise<Stats | string> {
  return lstat(path).catch(explain);
}

function explain(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return code === "ENOENT" ? "is missing" : `cannot be read: ${code ?? message}`;
}
