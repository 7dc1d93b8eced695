import type { Clock } from "../../apply/apply-context.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { GitStatus } from "../../model/revision-status.js";
import type { ConfigOrigin, FollowSettings } from "../config-origin.js";
import { toErrorRecord } from "../describe-error.js";
import type { WatchLog } from "../log/watch-log.js";
import { findTip } from "./find-tip.js";
import { gitEnvironment } from "./git-environment.js";
import type { GitPlace } from "./git-place.js";
import { createGitPoller } from "./git-poller.js";
import { type Checkout, openGitStore } from "./git-store.js";
import { loadCheckout } from "./load-checkout.js";
import { runGit } from "./run-git.js";

export interface GitOriginSettings {
  readonly place: GitPlace;
  /** Absolute. */
  readonly stateDir: string;
  /** Absolute: where `dataDir` starts from. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly log: WatchLog;
  readonly clock: Clock;
  /** Ends all that is under way. */
  readonly cancel: AbortSignal;
}

/** What the repository wanted when it last answered. */
type Tip =
  | { readonly kind: "unknown"; readonly error: WarmError }
  | { readonly kind: "files"; readonly object: string; readonly checkout: Checkout }
  | { readonly kind: "bad"; readonly object: string | undefined; readonly error: WarmError };

/**
 * A file in a repository, which is looked at once before this resolves, and again and again while it is followed.
 * @throws WarmError `git-failed` where git is missing or too old; `rejected`, `disk-full` for the state directory
 */
export async function openGitOrigin(settings: GitOriginSettings): Promise<ConfigOrigin> {
  const { place, stateDir, cwd, env, log, clock } = settings;
  const { remote, ref, path, pollMs, verifiesSignatures } = place;
  const life = new AbortController();
  const cancel = AbortSignal.any([settings.cancel, life.signal]);
  const git = await openGit(settings, cancel);
  const store = await openGitStore({ place, stateDir, git });
  let tip: Tip = { kind: "unknown", error: new WarmError("git-failed", `${remote.shown} was not asked yet`) };
  let status: GitStatus = { url: remote.shown, ref, path, pollMs, verifiesSignatures, failures: 0 };
  let following: Pick<FollowSettings, "onChange" | "onLook"> | undefined;

  /** @returns what is wanted now, which may be what was */
  async function look(): Promise<Tip> {
    const found = await findTip(place, git);
    if (found === undefined) {
      const message = `${remote.shown} has no branch and no tag ${ref}`;
      const error = new WarmError("config-invalid", message, {
        hint: "push it, or name another with `--ref`",
      });
      return { kind: "bad", object: undefined, error };
    }
    const { object } = found;
    // A bad one is looked at again: its key may be trusted by now.
    if (tip.kind === "files" && tip.object === object) return tip;
    try {
      return { kind: "files", object, checkout: await store.checkOut(found) };
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (error.code !== "config-invalid") throw error;
      return { kind: "bad", object, error };
    }
  }

  function noteFailure(error: WarmError): void {
    const { code, message, hint } = error;
    // Of the first look whoever opened us tells: there may be nothing to go on with.
    const level = status.error === undefined && tip.kind !== "unknown" ? "warn" : "debug";
    log[level]("git not pulled", { code, hint, detail: `${message}; the last good revision stays in use` });
    const record = toErrorRecord(error, clock.now());
    status = { ...status, failures: status.failures + 1, error: record };
    if (tip.kind === "unknown") tip = { kind: "unknown", error };
  }

  async function poll(): Promise<boolean> {
    try {
      const next = await look();
      const { error: _before, ...rest } = status;
      if (status.error !== undefined)
        log.info("git pulled again", { detail: `${remote.shown} answers again` });
      status = { ...rest, fetchedAt: new Date(clock.now()).toISOString() };
      const isNew = identityOf(next) !== identityOf(tip);
      tip = next;
      if (isNew) following?.onChange();
      return true;
    } catch (thrown) {
      const error = toWarmError(thrown);
      if (error.code !== "interrupted") noteFailure(error);
      return false;
    } finally {
      following?.onLook();
    }
  }

  const poller = createGitPoller({ pollMs, poll, clock, cancel });
  await poller.now();
  return {
    path,
    id: `${remote.shown} ${ref} ${path}${verifiesSignatures ? " signed" : ""}`,
    trigger: "git",
    get commit() {
      return commitOf(tip);
    },
    get git() {
      return status;
    },
    settleMs: 0,
    identify: async () => identityOf(tip),
    async load() {
      if (tip.kind !== "files") throw tip.error;
      return loadCheckout(tip.checkout, place, { env, dataBase: cwd });
    },
    revisionOf: async ({ sha256, directory }) => ({
      sha256,
      commit: commitIn(directory, stateDir),
      isModified: false,
    }),
    async keep(used) {
      const commits = [...used.map(({ directory }) => commitIn(directory, stateDir)), commitOf(tip)];
      await store.keep(new Set(commits.filter((commit) => commit !== undefined)));
    },
    refresh: poller.now,
    follow(settings) {
      following = settings;
      const running = poller.run();
      return {
        close: async () => {
          life.abort();
          await running;
        },
      };
    },
    async close() {
      life.abort();
      await store.close();
    },
  };
}

function identityOf(tip: Tip): string | undefined {
  if (tip.kind === "unknown") return undefined;
  return tip.kind === "files" ? tip.checkout.commit : `bad ${tip.object ?? ""}`;
}

const commitOf = (tip: Tip) =>
  tip.kind === "files" ? tip.checkout.commit : tip.kind === "bad" ? tip.object : undefined;

/** Whose tree a directory is in. */
function commitIn(directory: string, stateDir: string): string | undefined {
  const trees = `${stateDir}/git/trees/`;
  return directory.startsWith(trees) ? directory.slice(trees.length).split("/")[0] : undefined;
}

/** @throws WarmError `git-failed` where git is missing or too old */
async function openGit({ place, env }: GitOriginSettings, cancel: AbortSignal) {
  const first = gitEnvironment(env, place, false);
  const call = { cwd: "/", env: first, cancel };
  const { stdout } = await runGit({ ...call, args: ["version"] });
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(stdout) ?? []).map(Number);
  if (major < 2 || (major === 2 && minor < 31))
    throw new WarmError("git-failed", `git is too old: ${stdout.trim()}`, {
      hint: "install git 2.31 or later",
    });
  const ssh = await runGit({ ...call, args: ["config", "--get", "core.sshCommand"] });
  const known = gitEnvironment(env, place, ssh.exitCode === 0);
  return (args: readonly string[], more: Readonly<Record<string, string>> = {}) =>
    runGit({ cwd: "/", env: { ...known, ...more }, cancel, args });
}
