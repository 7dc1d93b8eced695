import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { WarmError } from "../../errors.js";
import type { Binding } from "../../pool/pools.js";

interface BindOptions {
  /** `K=V`; `K` alone takes the value from our own environment. */
  readonly env?: readonly string[];
  /** `HOST_PATH:ENGINE_PATH` */
  readonly put?: readonly string[];
}

interface Surroundings {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * What `--env` and `--put` bind; undefined for nothing.
 * @throws WarmError `usage` for one that cannot be meant or read. Values are in no message.
 */
export async function readBindOptions(
  { env: variables = [], put: files = [] }: BindOptions,
  { cwd, env }: Surroundings,
): Promise<Binding | undefined> {
  if (variables.length === 0 && files.length === 0) return undefined;
  return {
    env: Object.fromEntries(variables.map((text) => readVariable(text, env))),
    files: Object.fromEntries(await Promise.all(files.map((text) => readBoundFile(text, cwd)))),
  };
}

function readVariable(text: string, env: NodeJS.ProcessEnv): [string, string] {
  const [, name = "", value] = /^([A-Za-z_][A-Za-z0-9_]*)(?:=([\s\S]*))?$/.exec(text) ?? [];
  if (name === "")
    throw new WarmError("usage", "an `--env` names no variable", {
      hint: "use `--env NAME=value`, or `--env NAME` for the value that it has here",
    });
  const found = value ?? env[name];
  if (found !== undefined) return [name, found];
  throw new WarmError("usage", `\`--env ${name}\`: there is no such variable here`, {
    hint: `set it, or give it a value with \`--env ${name}=value\``,
  });
}

async function readBoundFile(text: string, cwd: string): Promise<[string, Uint8Array]> {
  const [, from, to] = /^(.+):(\/.+)$/.exec(text) ?? [];
  if (from === undefined || to === undefined)
    throw new WarmError("usage", `\`--put ${text}\` does not say from where to where`, {
      hint: "use `--put HOST_PATH:/ENGINE_PATH`; the path in the engine is absolute",
    });
  try {
    return [to, await readFile(resolve(cwd, from))];
  } catch (cause) {
    const { message } = cause as NodeJS.ErrnoException;
    throw new WarmError("usage", `\`--put\`: cannot read ${from}: ${message}`, { cause });
  }
}
