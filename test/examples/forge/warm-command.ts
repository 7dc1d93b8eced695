import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";

/** Makes a folder for PATH that has the built `warm`, as it is installed. */
export function makeWarmCommand(dir: string): string {
  const bin = join(dir, "bin");
  mkdirSync(bin, { recursive: true });
  const command = `#!/bin/sh\nexec '${process.execPath}' '${resolve("dist/cli/main.js")}' "$@"\n`;
  writeFileSync(join(bin, "warm"), command, { mode: 0o755 });
  return bin;
}
