import { readFileSync } from "node:fs";

/** One entry of `package-lock.json` (version 3), as npm writes it. */
export interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly link?: boolean;
  readonly dev?: boolean;
  readonly hasInstallScript?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** By path: `node_modules/a/node_modules/b`; the project itself is the empty path. */
export type LockFile = Readonly<Record<string, LockedPackage>>;

export function readLockFile(path = "package-lock.json"): LockFile {
  const lock = JSON.parse(readFileSync(path, "utf8")) as { lockfileVersion: number; packages: LockFile };
  if (lock.lockfileVersion !== 3) throw new Error(`${path} is of version ${lock.lockfileVersion}, not 3`);
  return lock.packages;
}

export const nameOf = (path: string) =>
  path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);

/** Paths of all that a package brings along, on whichever platform; without itself. */
export function findBrought(lock: LockFile, path: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [path];
  for (let from = open.pop(); from !== undefined; from = open.pop()) {
    const { dependencies, optionalDependencies } = lock[from] ?? {};
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
      const at = locate(lock, from, name);
      if (at === undefined || found.has(at) || at === path) continue;
      found.add(at);
      open.push(at);
    }
  }
  return found;
}

/** As node finds it: the nearest `node_modules` upwards. */
function locate(lock: LockFile, from: string, name: string): string | undefined {
  for (let folder = from; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf("/node_modules/")))) {
    const path = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (path in lock) return path;
    if (folder === "") return undefined;
  }
}
