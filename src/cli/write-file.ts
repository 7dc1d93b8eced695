import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from "node:fs";
import { WarmError } from "../errors.js";

/**
 * Writes a file whole or not at all: beside it, to the disk, then renamed over it.
 * @throws WarmError `usage` when it cannot be written there, `disk-full` when there is no room.
 */
export function writeFileWhole(path: string, text: string, mode: number): void {
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
