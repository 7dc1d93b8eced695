import { stat } from "node:fs/promises";
import { type CheckValue, loadSchema } from "./load-schema.js";

/** Compiled schemas from job to job. */
export interface SchemaCache {
  /** Compiles a schema once for each state of its file. @throws WarmError as `loadSchema` does */
  get(path: string): Promise<CheckValue>;
}

export function createSchemaCache(): SchemaCache {
  const known = new Map<string, { readonly version: string; readonly check: CheckValue }>();
  return {
    async get(path) {
      const version = await readVersion(path);
      const entry = known.get(path);
      if (entry !== undefined && entry.version === version) return entry.check;
      const check = await loadSchema(path);
      known.set(path, { version, check });
      return check;
    },
  };
}

/** Another one for every other state of a file; loading tells what is wrong with one that is not there. */
async function readVersion(path: string): Promise<string> {
  const found = await stat(path, { bigint: true }).catch(() => undefined);
  return found === undefined ? "" : `${found.ino} ${found.size} ${found.mtimeNs}`;
}
