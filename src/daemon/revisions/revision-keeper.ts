import { readHealths } from "../../apply/health/read-healths.js";
import type { GoodRevision } from "../../apply/revisions/revision-memory.js";
import type { LoadedConfig } from "../../config/load-config.js";
import type { RevisionStatus } from "../../model/revision-status.js";
import type { ConfigSource } from "../config-source.js";
import { describeError } from "../describe-error.js";
import type { FileRevision } from "../git-revision.js";
import type { PassResult } from "../pass/run-pass.js";
import { type ResourceKeys, resourceKeys } from "../resource-keys.js";
import { backOffMs } from "../state/back-off.js";
import type { Ledger } from "../state/ledger.js";
import type { Teller } from "../tell.js";
import { describeOpen } from "./describe-open.js";
import { judgeRevision, type Verdict } from "./judge-revision.js";
import { toRefusal } from "./recall-revision.js";
import type { RevisionBook } from "./revision-book.js";
import { toRevision } from "./to-revision.js";

/** Follows each revision until it is applied, and leaves one whose work fails for good. */
export interface RevisionKeeper {
  /**
   * Takes in what a pass found of the file in use.
   * @returns whether the file in use is another one from now on: the last one that was applied
   */
  see(result: PassResult): Promise<boolean>;
  status(): RevisionStatus;
  /** Resolves when nothing is being looked at. */
  idle(): Promise<void>;
}

export interface KeeperTools {
  readonly source: ConfigSource;
  readonly book: RevisionBook;
  readonly ledger: Ledger;
  readonly teller: Teller;
  /** Keeps secrets out of the keys of resources. */
  readonly salt: string;
  readonly rollsBack: boolean;
  readonly now: () => number;
  readonly random: () => number;
  /** Have a pass made in so many ms. */
  readonly onLookAgain: (delayMs: number) => void;
  /** There is something else to tell. */
  readonly onChange: () => void;
}

/** The revision in use, for as long as it is. */
interface Following {
  readonly config: LoadedConfig;
  readonly key: string;
  readonly keys: ResourceKeys;
  readonly goodKeys: ResourceKeys | undefined;
  isApplied: boolean;
  isFailureTold: boolean;
  why: string | undefined;
  /** Looks that found it in place, but not healthy. */
  looks: number;
}

const LONGEST_LOOK_MS = 30_000;

export function createRevisionKeeper(tools: KeeperTools): RevisionKeeper {
  const { source, book, ledger, teller, salt, now } = tools;
  let following: Following | undefined;
  let looking: Promise<void> | undefined;
  /** Of the last revision that was told as applied, here or in an earlier life. */
  let toldKey = keyOfGood();

  /** One of another repository, or of a file, is none to go back to. */
  function goodOfOwn(): GoodRevision | undefined {
    return book.good?.origin === source.origin.id ? book.good : undefined;
  }

  /** A commit is another revision although its text is the same: somebody waits to hear of it. */
  function keyOf(sha256: string, commit: string | undefined): string {
    return source.origin.id === undefined ? sha256 : `${sha256} ${commit ?? ""}`;
  }

  function keyOfGood(): string | undefined {
    const good = goodOfOwn();
    return good && keyOf(good.sha256, good.commit);
  }

  async function follow(): Promise<Following> {
    const { current, revision } = source;
    const key = keyOf(revision.sha256, revision.commit);
    if (following?.config === current && following.key === key) return following;
    const isFirst = following === undefined;
    const isSame = following?.key === key;
    const good = await source.recallGood();
    following = {
      ...{ config: current, key },
      keys: resourceKeys(current.desired, salt),
      goodKeys: good && resourceKeys(good.desired, salt),
      // What was applied before the watcher was started anew is not told again.
      isApplied: isSame ? (following?.isApplied ?? false) : isFirst && key === toldKey,
      isFailureTold: isSame && (following?.isFailureTold ?? false),
      ...{ why: undefined, looks: 0 },
    };
    return following;
  }

  async function see(result: PassResult): Promise<boolean> {
    const one = await follow();
    if (one.isApplied) return false;
    const { standingOf } = ledger;
    const { plan, held } = result;
    const { keys, goodKeys } = one;
    const verdict = judgeRevision({ plan, held, keys, goodKeys, standingOf });
    one.why = describeOpen(verdict, held);
    if (verdict.kind === "failed") return fail(one, verdict);
    if (verdict.kind === "applied") look(one, result);
    return false;
  }

  async function fail(
    one: Following,
    { failure, change }: Extract<Verdict, { kind: "failed" }>,
  ): Promise<boolean> {
    const { revision } = source;
    const bad = nameOf(revision);
    const said = failure.message.includes(change.name)
      ? failure.message
      : `${change.address}: ${failure.message}`;
    if (!one.isFailureTold) teller.revisionFailed(bad, said, failure.code);
    one.isFailureTold = true;
    if (!tools.rollsBack || book.good?.sha256 === revision.sha256) return false;
    const good = await source.recallGood();
    if (good === undefined) return false;
    const { sha256, commit } = revision;
    const message = `rolled back: ${said}`;
    await book.addBad({ sha256, commit, code: failure.code, message, at: new Date(now()).toISOString() });
    source.rollBack(good, toRefusal({ code: failure.code, message }));
    teller.revisionRolledBack(bad, nameOf(source.revision), said, failure.code);
    return true;
  }

  /** Docker knows of few containers whether they answer: they are asked, beside the passes. */
  function look(one: Following, result: PassResult): void {
    looking ??= readHealths(one.config.desired, result.plan, result.observed)
      .then(async (healths) => {
        // Another one is in use by now, and is to be looked at itself.
        if (following !== one || source.current !== one.config) return tools.onLookAgain(0);
        const sick = [...healths].find(([, health]) => health === "unhealthy" || health === "starting");
        if (sick === undefined) return settle(one);
        one.why = `${sick[0]} does not answer`;
        one.looks += 1;
        tools.onLookAgain(Math.min(LONGEST_LOOK_MS, backOffMs(one.looks, tools.random())));
      })
      .catch(() => tools.onLookAgain(LONGEST_LOOK_MS))
      .finally(() => {
        looking = undefined;
        tools.onChange();
      });
  }

  async function settle(one: Following): Promise<void> {
    one.isApplied = true;
    one.why = undefined;
    const { sha256, text, path, directory, dataBase } = one.config;
    const { commit } = nameOf(source.revision);
    const isTold = toldKey === one.key;
    toldKey = one.key;
    if (isTold) return;
    const at = new Date(now()).toISOString();
    const { origin } = source;
    await book.addGood({ sha256, text, path, directory, dataBase, commit, origin: origin.id, at });
    teller.revisionApplied(nameOf(source.revision));
  }

  const nameOf = (revision: FileRevision) => toRevision(source.origin, revision);

  return {
    see,
    status() {
      const good = goodOfOwn();
      const { wanted, refusal, error, origin } = source;
      const applied = good && { sha256: good.sha256, commit: good.commit, at: good.at };
      // Of one that no pass was made of yet, nothing is known.
      const seen = following?.config === source.current ? following : undefined;
      const isInSync = refusal === undefined && (seen?.isApplied ?? false);
      return {
        ...(origin.git === undefined ? {} : { git: origin.git }),
        wanted,
        ...(applied === undefined ? {} : { applied }),
        isInSync,
        ...(isInSync
          ? {}
          : { why: (refusal && error && describeError(error)) ?? seen?.why ?? "no pass was made of it yet" }),
        rollsBack: tools.rollsBack,
      };
    },
    async idle() {
      await looking;
    },
  };
}
