import type { LoadedConfig } from "../config/load-config.js";
import { toWarmError, WarmError } from "../errors.js";
import { ConfigError } from "../model/problem.js";
import type { RevisionMark } from "../model/revision-status.js";
import type { ConfigOrigin } from "./config-origin.js";
import type { FileRevision } from "./git-revision.js";
import { createRecall, recalledRevision, toRefusal } from "./revisions/recall-revision.js";
import type { RevisionBook } from "./revisions/revision-book.js";

export type Reloaded = "same" | "changed" | "invalid" | "refused" | "still-invalid" | "valid-again";

export interface ConfigSource {
  readonly origin: ConfigOrigin;
  /** The last good file. */
  readonly current: LoadedConfig;
  /** Which text of the file that is, and which commit it is of. */
  readonly revision: FileRevision;
  /** Which text is wanted, be it in use or not. */
  readonly wanted: RevisionMark;
  /** Why the file as it stands now is not the one in use; undefined while it is. */
  readonly error: WarmError | undefined;
  /** What `error` is about: the text itself, or what came of its work. */
  readonly refusal: "invalid" | "rolled-back" | undefined;
  /** Whether the reload that brought `current` in ended a time of bad files. */
  readonly wasInvalid: boolean;
  /**
   * Reads the file again. A text that was read before is not looked at again, unless `force`: secrets may be
   * others. `refused`: its work has failed for good, and it is not tried again.
   */
  reload(force: boolean): Promise<Reloaded>;
  /** The last one that was applied, as it would be in use now; undefined when there is none to go back to. Never rejects. */
  recallGood(): Promise<LoadedConfig | undefined>;
  /** Leaves the file in use, whose work has failed for good, for the last one that was applied. */
  rollBack(good: LoadedConfig, reason: WarmError): void;
}

export interface SourceSettings {
  readonly origin: ConfigOrigin;
  readonly book: RevisionBook;
  /** Whether texts whose work has failed for good are left alone. */
  readonly rollsBack: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

/**
 * Holds the last good file while the one on disk, or in the repository, comes and goes. One in a repository that is bad or
 * out of reach to begin with leaves the one that was applied last in use.
 * @throws ConfigError, WarmError when there is no good one to begin with
 */
export async function openConfigSource(settings: SourceSettings): Promise<ConfigSource> {
  const { origin, book, rollsBack, sleep } = settings;
  const recall = createRecall(settings);
  const mark = (sha256?: string): RevisionMark => ({
    ...{ sha256, commit: origin.commit, at: new Date(settings.now()).toISOString() },
  });
  /** What was identified when `current` or `error` was made. */
  let seen = await origin.identify();
  const first = await begin();
  let { current, wanted, error, refusal } = first;
  let revision = first.isRecalled ? recalledRevision(book.good, current) : await origin.revisionOf(current);
  let wasInvalid = false;

  async function begin(): Promise<Beginning> {
    const first = await origin.load().catch(toWarmError);
    if (first instanceof Error) {
      const known = origin.id === undefined ? undefined : await recall();
      if (known === undefined) throw first;
      const isBad = !isUnknown(first);
      const why = isBad ? ({ error: first, refusal: "invalid" } as const) : NOTHING;
      return { current: known, wanted: mark(), isRecalled: true, ...why };
    }
    const why = refusalOf(first);
    const known = why && (await recall(first.config.project));
    if (why === undefined || known === undefined || known.sha256 === first.sha256)
      return { current: first, wanted: mark(first.sha256), isRecalled: false, ...NOTHING };
    const refused = { error: why, refusal: "rolled-back" } as const;
    return { current: known, wanted: mark(first.sha256), isRecalled: true, ...refused };
  }

  function refusalOf({ sha256 }: LoadedConfig): WarmError | undefined {
    const bad = rollsBack ? book.badOf(sha256) : undefined;
    return bad && toRefusal(bad);
  }

  /** Lock, memory and labels are the project's: another one is another watcher's. */
  async function loadSameProject(): Promise<LoadedConfig> {
    const next = await origin.load();
    const [before, after] = [current.config.project, next.config.project];
    if (before === after) return next;
    throw new WarmError("config-invalid", `${origin.path}: the project was ${before} and is ${after} now`, {
      hint: "start the watcher anew to watch another project",
    });
  }

  async function loadSettled(): Promise<LoadedConfig | WarmError> {
    const first = await loadSameProject().catch(toWarmError);
    if (!(first instanceof Error) || origin.settleMs === 0) return first;
    await sleep(origin.settleMs);
    return loadSameProject().catch(toWarmError);
  }

  /** @returns whether it was refused for the same before */
  function refuse(why: WarmError, kind: NonNullable<ConfigSource["refusal"]>, sha256?: string): boolean {
    const isKnown = refusal === kind && error !== undefined && fingerprint(error) === fingerprint(why);
    const isSameText = kind === "invalid" || wanted.sha256 === sha256;
    if (wanted.commit !== origin.commit || wanted.sha256 !== sha256) wanted = mark(sha256);
    [error, refusal] = [why, kind];
    return isKnown && isSameText;
  }

  async function use(next: LoadedConfig): Promise<void> {
    const before = current;
    current = next;
    revision = await origin.revisionOf(next);
    const kept = [next, before, ...(book.good === undefined ? [] : [book.good])];
    await origin.keep(kept);
  }

  async function readSecretsAgain(): Promise<void> {
    const again = await recall(current.config.project);
    if (again?.sha256 === current.sha256) current = again;
  }

  async function reload(force: boolean): Promise<Reloaded> {
    const identity = await origin.identify();
    if (!force && identity !== undefined && identity === seen)
      return error === undefined ? "same" : "still-invalid";
    const result = await loadSettled();
    if (result instanceof Error && isUnknown(result)) return error === undefined ? "same" : "still-invalid";
    seen = identity;
    if (result instanceof Error) return refuse(result, "invalid") ? "still-invalid" : "invalid";
    const why = refusalOf(result);
    if (why !== undefined && current.sha256 !== result.sha256) {
      if (force) await readSecretsAgain();
      return refuse(why, "rolled-back", result.sha256) ? "still-invalid" : "refused";
    }
    wasInvalid = refusal === "invalid";
    const wasRefused = refusal !== undefined;
    [error, refusal] = [undefined, undefined];
    if (wanted.sha256 !== result.sha256 || wanted.commit !== origin.commit) wanted = mark(result.sha256);
    const isSame = result.sha256 === current.sha256 && result.directory === current.directory && !force;
    if (isSame) return wasInvalid ? "valid-again" : wasRefused ? "changed" : "same";
    await use(result);
    return "changed";
  }

  return {
    origin,
    get current() {
      return current;
    },
    get revision() {
      return revision;
    },
    get wanted() {
      return wanted;
    },
    get error() {
      return error;
    },
    get refusal() {
      return refusal;
    },
    get wasInvalid() {
      return wasInvalid;
    },
    reload,
    recallGood: () => recall(current.config.project),
    rollBack(good, reason) {
      current = good;
      revision = recalledRevision(book.good, good);
      [error, refusal] = [reason, "rolled-back"];
    },
  };
}

interface Beginning extends Pick<ConfigSource, "current" | "wanted" | "error" | "refusal"> {
  /** Whether `current` is the one that was applied last, from memory. */
  readonly isRecalled: boolean;
}

const NOTHING = { error: undefined, refusal: undefined } as const;

/** Nobody knows what is wanted: that is no fault of a revision. */
const isUnknown = ({ code }: WarmError) => code === "git-failed" || code === "disk-full";

/** Equal for the same problems: they are told once. */
function fingerprint(error: WarmError): string {
  const problems = error instanceof ConfigError ? error.problems : [];
  return JSON.stringify([error.message, problems]);
}
