import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { STARTER_FILE } from "../../config/starter-file.js";
import { WarmError } from "../../errors.js";
import type { CommandContext } from "../command-context.js";

export async function runInit({ global, terminal, cwd }: CommandContext): Promise<number> {
  const path = resolve(cwd, global.file);
  try {
    writeFileSync(path, STARTER_FILE, { flag: "wx" });
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== "EEXIST") throw new WarmError("usage", `cannot write ${global.file}: ${message}`, { cause });
    throw new WarmError("usage", `${global.file} is there already`, {
      hint: "name another file with `--file`, or move this one away",
    });
  }
  terminal.print(`Wrote ${global.file}. Change its images to yours, then run \`warm plan\`.`);
  return 0;
}
