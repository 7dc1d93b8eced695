import { stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { loadConfig } from "../config/load-config.js";
import type { ConfigOrigin } from "./config-origin.js";
import { readRevision } from "./git-revision.js";
import { watchFiles } from "./triggers/watch-files.js";

export interface ConfigPlace {
  readonly path: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Written in place, a file is half there for a moment: a bad one is looked at once more after this long. */
const SETTLE_MS = 150;

/** A file on this machine's disk. */
export function createFileOrigin(place: ConfigPlace): ConfigOrigin {
  const file = resolve(place.cwd, place.path);
  return {
    path: place.path,
    id: undefined,
    trigger: "file",
    commit: undefined,
    git: undefined,
    settleMs: SETTLE_MS,
    identify: () => identify(file),
    load: () => loadConfig(place),
    revisionOf: readRevision,
    keep: async () => undefined,
    refresh: async () => undefined,
    follow: ({ onChange, onError, stateDir }) =>
      watchFiles(file, onChange, onError, (name) => !isOwnFile(name) && name !== basename(stateDir)),
    close: async () => undefined,
  };
}

/** Changes whenever the file is written or another one is put in its place; undefined when there is none. */
async function identify(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined);
  return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(":");
}

/** Of ours, in a state directory that is the file's own. */
const isOwnFile = (name: string) => OWN_FILES.some((own) => name.startsWith(own));
const OWN_FILES = ["status.json", "pause.json", "resume.json", "warm.sock", "requests", "revisions"];
