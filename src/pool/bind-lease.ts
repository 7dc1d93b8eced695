import { normalize } from "node:path/posix";
import { WarmError } from "../errors.js";
import type { EngineCommands, WrittenFiles } from "./engine-commands.js";
import { envLines } from "./env-lines.js";
import type { Binding } from "./pools.js";

/** Where an engine finds the environment of its present job, in lines that a shell can read. */
export const ENV_FILE = "/run/warm/env";

/**
 * Checks what a caller wants bound before anything is leased.
 * @throws WarmError `usage`
 */
export function checkBinding({ env = {}, files = {} }: Binding): void {
  for (const [name, value] of Object.entries(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
      throw new WarmError("usage", `bind.env: \`${name}\` is no name of a variable`, {
        hint: "letters, digits and underscores, not beginning with a digit",
      });
    if (value.includes("\0"))
      throw new WarmError("usage", `bind.env.${name}: a NUL byte cannot be in a variable`);
  }
  for (const path of Object.keys(files)) {
    const isBelow = path.startsWith("/") && !path.endsWith("/") && normalize(path) === path;
    if (!isBelow || path.includes("\0"))
      throw new WarmError("usage", `bind.files: \`${path}\` is no absolute path of a file`, {
        hint: "such as /config/job.json, without `..`",
      });
  }
}

/** Puts per-job settings into a warm engine. @throws WarmError when they cannot be written; some may be there then */
export async function bindLease(
  containerId: string,
  { env = {}, files = {} }: Binding,
  commands: EngineCommands,
): Promise<WrittenFiles> {
  return commands.putFiles(containerId, filesOf({ env, files }), 0o600);
}

/** All that is written for a binding, by absolute path; the reset takes it away. */
export function filesOf({ env = {}, files = {} }: Binding): Record<string, string | Uint8Array> {
  return { ...(Object.keys(env).length > 0 && { [ENV_FILE]: envLines(env) }), ...files };
}
