import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type LoadedConfig, loadConfig } from "../config/load-config.js";
import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import { type FileRevision, readRevision } from "./git-revision.js";

export interface ConfigSource {
  /** The last good file. */
  readonly current: LoadedConfig;
  /** Which text of the file that is, and which commit it is of. */
  readonly revision: FileRevision;
  /** Why the file as it stands now is not the one in use; undefined while it is. */
  readonly error: WarmError | undefined;
  /** Whether the reload that brought `current` in ended a time of bad files. */
  readonly wasInvalid: boolean;
  /**
   * Reads the file again. A text that was read before is not looked at again, unless `force`: secrets may be
   * others.
   */
  reload(force: boolean): Promise<"same" | "changed" | "invalid" | "still-invalid" | "valid-again">;
}

/** Written in place, a file is half there for a moment: a bad one is looked at once more after this long. */
const SETTLE_MS = 150;

export interface ConfigPlace {
  readonly path: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Holds the last good file while the one on disk comes and goes.
 * @throws ConfigError when there is no good one to begin with
 */
export async function openConfigSource(
  place: ConfigPlace,
  sleep: (ms: number) => Promise<void>,
): Promise<ConfigSource> {
  const file = resolve(place.cwd, place.path);
  let current = await loadConfig(place);
  let revision = await readRevision(current);
  let error: WarmError | undefined;
  /** What the file system says of the text that `current` or `error` was made from. */
  let seen = await identify(file);
  let wasInvalid = false;

  /** Lock, memory and labels are the project's: another one is another watcher's. */
  async function loadSameProject(): Promise<LoadedConfig> {
    const next = await loadConfig(place);
    const [before, after] = [current.config.project, next.config.project];
    if (before === after) return next;
    throw new WarmError("config-invalid", `${place.path}: the project was ${before} and is ${after} now`, {
      hint: "start the watcher anew to watch another project",
    });
  }

  async function reload(force: boolean) {
    const identity = await identify(file);
    if (!force && identity !== undefined && identity === seen)
      return error === undefined ? "same" : "still-invalid";
    const result = await loadSameProject().catch(async () => {
      await sleep(SETTLE_MS);
      return loadSameProject().catch(toWarmError);
    });
    seen = identity;
    if (result instanceof Error) {
      const isKnown = error !== undefined && fingerprint(error) === fingerprint(result);
      error = result;
      return isKnown ? "still-invalid" : "invalid";
    }
    wasInvalid = error !== undefined;
    error = undefined;
    const isSame = result.sha256 === current.sha256 && !force;
    if (isSame) return wasInvalid ? "valid-again" : "same";
    current = result;
    revision = await readRevision(current);
    return "changed";
  }

  return {
    get current() {
      return current;
    },
    get revision() {
      return revision;
    },
    get error() {
      return error;
    },
    get wasInvalid() {
      return wasInvalid;
    },
    reload,
  };
}

/** Changes whenever the file is written or another one is put in its place; undefined when there is none. */
async function identify(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined);
  return stats && [stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(":");
}

/** Equal for the same problems: they are told once. */
function fingerprint(error: WarmError): string {
  const problems = error instanceof ConfigError ? error.problems : [];
  return JSON.stringify([error.message, problems]);
}
