import { dirname, resolve } from "node:path";
import { readText } from "../../config/file/read-text.js";
import { parseConfig } from "../../config/load-config.js";
import { engineAddress } from "../../model/names.js";
import type { NamesOfFile } from "../../report/completion/completion-tree.js";

const MAX_FILE_BYTES = 1024 * 1024;
/** Of one pool: nobody chooses among more. */
const MAX_ENGINES = 20;

/** No blank, quote or other character that a shell gives a meaning to: what has one is typed by hand. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9._:/@+-]*$/;

/**
 * Names that a file declares, for completion: reads the file, and neither its secrets nor Docker.
 * @throws ConfigError for a file with problems
 */
export async function listNames(kind: NamesOfFile, path: string, cwd: string): Promise<readonly string[]> {
  const file = resolve(cwd, path);
  const read = await readText(file, MAX_FILE_BYTES);
  if ("unreadable" in read) return [];
  const { desired } = await parseConfig({
    ...{ text: read.text, file: path, directory: dirname(file) },
    ...{ env: {}, known: [] },
  });
  const pools = desired.pools.map(({ id }) => id);
  const engines = desired.pools.flatMap(({ id, policy }) =>
    Array.from({ length: Math.min(policy.size.max, MAX_ENGINES) }, (_, index) =>
      engineAddress(id, index + 1),
    ),
  );
  const names = kind === "pools" ? pools : [...desired.resources.map(({ address }) => address), ...engines];
  return names.filter((name) => PLAIN.test(name));
}
