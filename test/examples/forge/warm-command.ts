import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** "built" once `plan --format markdown`, `plan --offline`, `drift`, and `apply --verify` are in the build. */
export const WARM: "built" | "stand-in" = "stand-in";

/** Makes a folder for PATH that has `warm`, as it is installed. */
export function makeWarmCommand(dir: string): string {
  const bin = join(dir, "bin");
  mkdirSync(bin, { recursive: true });
  const main = resolve("dist/cli/main.js");
  const script = WARM === "built" ? main : fileURLToPath(import.meta.resolve("./stand-in.mjs"));
  const command = `#!/bin/sh\nWARM_TEST_MAIN='${main}' exec '${process.execPath}' '${script}' "$@"\n`;
  writeFileSync(join(bin, "warm"), command, { mode: 0o755 });
  return bin;
}
