import {
  closeSync,
  fsyncSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from "node:fs";
import { WarmError } from "../errors.js";

/**
 * Writes a file whole or not at all: beside it, to the disk, then renamed over it. A link's target is written;
 * what is no file (`/dev/null`, a pipe) is left alone, as a rename would put a file in its place.
 * @throws WarmError `usage` when it cannot be written there, `disk-full` when there is no room.
 */
export function writeFileWhole(named: string, text: string, mode: number): void {
  const found = statSync(named, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile())
    throw new WarmError("usage", `cannot write ${named}: it is no file`);
  const path = found === undefined ? named : realpathSync(named);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "wx", mode);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (cause) {
    rmSync(temporary, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmError(code === "ENOSPC" ? "disk-full" : "usage", `cannot write ${path}: ${message}`, {
      cause,
    });
  }
}
