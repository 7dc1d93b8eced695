import { refuseEntry } from "./refuse-entry.js";

export const MAX_NAME_BYTES = 255;
export const MAX_DEPTH = 64;

/** What an unreadable byte becomes when a name is read as UTF-8. */
const REPLACEMENT = "\uFFFD";

export interface EntryPath {
  /** Base name of the output's path, the first part of every name in its archive. */
  readonly root: string;
  /** Below it; empty for the root itself. */
  readonly rest: readonly string[];
}

/**
 * Takes an entry's name apart.
 * @throws WarmError `rejected` for a name that could lead elsewhere or that a file system may not hold
 */
export function parseEntryPath(from: string, name: string, isFolder: boolean): EntryPath {
  const refuse = (why: string) => refuseEntry(from, name, why);
  if (name.includes("\0")) throw refuse("has a NUL in its name");
  if (name.includes(REPLACEMENT)) throw refuse("has a name that is not UTF-8");
  if (name.startsWith("/")) throw refuse("has an absolute name");
  const [root = "", ...rest] = (isFolder ? name.replace(/\/+$/, "") : name).split("/");
  for (const part of [root, ...rest]) {
    if (part === "..") throw refuse("has a name with `..`");
    if (part === "") throw refuse("has a name with an empty part");
    if (Buffer.byteLength(part) > MAX_NAME_BYTES) throw refuse(`has a name over ${MAX_NAME_BYTES} bytes`);
  }
  // `.` as the root is what Docker makes of a path that ends in `/.`.
  if (rest.includes(".") || (root === "." && !isFolder && rest.length === 0))
    throw refuse("has a name with `.`");
  if (rest.length > MAX_DEPTH) throw refuse(`is more than ${MAX_DEPTH} folders deep`);
  return { root, rest };
}
