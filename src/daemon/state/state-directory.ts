import { open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { makeStateFolder, unwritableState } from "../../apply/revisions/state-folder.js";
import { statePath } from "../../pool/journal/journal-path.js";

/** Small JSON files that Docker cannot hold, beside warm.yaml or where `--state-dir` says. */
export interface StateDirectory {
  readonly path: string;
  /** Undefined when there is none, null when it cannot be read or is no JSON object: a state is a memory, not a promise. */
  read(name: StateFile): Promise<unknown>;
  /** Whole or not at all: no reader sees half a file, and a full disk leaves the old one. */
  write(name: StateFile, value: unknown): Promise<void>;
  remove(name: StateFile): Promise<void>;
  /** Makes sure that it is there. @throws WarmError when it cannot be made */
  make(): Promise<void>;
}

export type StateFile = "status.json" | "pause.json" | "resume.json";

/** @param directory that of warm.yaml */
export function stateDirectory(directory: string, stateDir: string | undefined, cwd: string): StateDirectory {
  const path = statePath(directory, stateDir, cwd);
  const at = (name: string) => join(path, name);
  return {
    path,
    async read(name) {
      try {
        const value: unknown = JSON.parse(await readFile(at(name), "utf8"));
        return typeof value === "object" ? value : null;
      } catch (error) {
        return (error as NodeJS.ErrnoException).code === "ENOENT" ? undefined : null;
      }
    },
    async write(name, value) {
      const temporary = at(`${name}.${process.pid}.new`);
      try {
        await makeStateFolder(path);
        await writeWhole(temporary, `${JSON.stringify(value)}\n`);
        await rename(temporary, at(name));
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw unwritableState(path, cause);
      }
    },
    remove: (name) => rm(at(name), { force: true }),
    make: () =>
      makeStateFolder(path).catch((cause) => {
        throw unwritableState(path, cause);
      }),
  };
}

async function writeWhole(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    await handle.writeFile(text);
  } finally {
    await handle.close();
  }
}
