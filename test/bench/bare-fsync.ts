import { closeSync, fdatasyncSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";

/** Milliseconds of each of so many lines, written to the disk of `dir` and made sure of one by one. */
export function measureFsync(dir: string, lines: number): number[] {
  const file = openSync(join(dir, "reference"), "a");
  const times = Array.from({ length: lines }, () => {
    const startedAt = performance.now();
    writeSync(file, `${"x".repeat(300)}\n`);
    fdatasyncSync(file);
    return performance.now() - startedAt;
  });
  closeSync(file);
  return times;
}
