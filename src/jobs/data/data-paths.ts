import { join } from "node:path";
import { WarmError } from "../../errors.js";

/**
 * Where things lie: results in `seeds/<hash>`, and in `.staging` what is none yet or no more. Names there:
 * `<job>-<random>` a result in the making, beside it `<job>-<random>.owner` · `old-<hash>-<random>` a whole result that was
 * moved aside by a swap · `gone-<hash>-<random>` rubbish.
 */
export interface DataPaths {
  readonly dir: string;
  readonly results: string;
  readonly staging: string;
}

export const MANIFEST = "manifest.json";
export const OWNER_SUFFIX = ".owner";
/** Whoever may look into the data directory may read results; nobody else writes them. The umask may take more away. */
export const FOLDER_MODE = 0o755;

const HASH = /^[0-9a-f]{64}$/;
const OLD = /^old-([0-9a-f]{64})-/;

export const dataPaths = (dir: string): DataPaths => ({
  dir,
  results: join(dir, "seeds"),
  staging: join(dir, ".staging"),
});

export const isHash = (text: string): boolean => HASH.test(text);

/** @throws WarmError `usage` for what is no hash, and so could lead elsewhere */
export function resultPath(paths: DataPaths, hash: string): string {
  if (!isHash(hash)) {
    throw new WarmError("usage", `${JSON.stringify(hash)} is no name of a result`, {
      hint: "a result is called by 64 lower-case hex digits, as `warm cache ls` shows them",
    });
  }
  return join(paths.results, hash);
}

export const oldPath = (paths: DataPaths, hash: string, random: string) =>
  join(paths.staging, `old-${hash}-${random}`);
export const gonePath = (paths: DataPaths, hash: string, random: string) =>
  join(paths.staging, `gone-${hash}-${random}`);

/** The result that a swap moved aside; undefined for every other name. */
export const hashOfOld = (name: string): string | undefined => OLD.exec(name)?.[1];
export const isGone = (name: string): boolean => name.startsWith("gone-");
