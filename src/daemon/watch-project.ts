import { setMaxListeners } from "node:events";
import { dirname, resolve } from "node:path";
import type { Clock, StopSignals } from "../apply/apply-context.js";
import type { HostSettings } from "../apply/host-session.js";
import { systemClock } from "../apply/system-clock.js";
import { toWarmError, type WarmError } from "../errors.js";
import type { Desired } from "../model/resource.js";
import { assembleWatcher, type WatchTools } from "./assemble-watcher.js";
import { openConfigSource } from "./config-source.js";
import type { GitSettings } from "./git/git-place.js";
import type { Listener } from "./listeners.js";
import type { WatchLog } from "./log/watch-log.js";
import { openOrigin } from "./open-origin.js";
import type { Flights } from "./pass/flights.js";
import { openRevisionBook } from "./revisions/revision-book.js";
import type { Overview } from "./served.js";
import { type StateDirectory, stateDirectory } from "./state/state-directory.js";
import { followEvents } from "./triggers/follow-events.js";
import { watchFiles } from "./triggers/watch-files.js";
import { untilStopped } from "./until-stopped.js";

export interface WatchSettings extends HostSettings {
  /** Path of the file, from `cwd`. */
  readonly file: string;
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** The repository where the file is kept instead: `file` counts for nothing then. */
  readonly git?: GitSettings | undefined;
  /** Whether a revision whose work fails for good is left for the last one that was applied. */
  readonly rollsBack?: boolean;
  /** Default `.warm` beside the file; with `git` in `cwd`. */
  readonly stateDir?: string | undefined;
  /** One round until all that can be done is done, and no more. */
  readonly once: boolean;
  readonly log: WatchLog;
  readonly stop: StopSignals;
  /** How long what is in flight may take once `stop.soft` has fired. */
  readonly graceMs: number;
  /** Told what kept a pass from being made. */
  readonly onFailure?: (error: WarmError) => void;
  /** Told after every round what is known then. */
  readonly onRound?: (overview: Overview) => void;
  /** How others reach it. */
  readonly listeners?: readonly Listener[];
  /** Calls back whenever the file and its secrets are to be read again, whatever they look like. */
  readonly onReload?: (reload: () => void) => void;
  readonly clock?: Clock;
}

const DRAIN_MS = 3_000;
/** A lock that cannot be given back in this time expires. */
const RELEASE_MS = 2_000;
/** A round may uncover work for the next: a pull shows that a tag has moved. */
const MOST_ROUNDS = 8;

/**
 * Keeps a host as its file says until it is stopped (design, section 7).
 * @returns the exit code
 * @throws ConfigError when there is no good file to begin with; WarmError when the state directory cannot be written, `usage`
 * for a repository that cannot be one, `git-failed`; with `once` also what keeps a pass from being made
 */
export async function watchProject(settings: WatchSettings): Promise<number> {
  const { log, clock = systemClock, once } = settings;
  setMaxListeners(0, settings.stop.soft, settings.stop.hard);
  const { cwd, env } = settings;
  const fileDirectory = settings.git === undefined ? dirname(resolve(cwd, settings.file)) : resolve(cwd);
  const state = stateDirectory(fileDirectory, settings.stateDir, cwd);
  const book = await openRevisionBook(state.path, (error) =>
    log.warn("revision not written down", { detail: toWarmError(error).message }),
  );
  const origin = await openOrigin(settings, state, clock);
  const tools = await openConfigSource({
    ...{ origin, book, env, rollsBack: settings.rollsBack ?? false, now: clock.now, sleep: clock.sleep },
  })
    .then((source) => assembleWatcher(settings, source, book, state, clock))
    .catch(async (error: unknown) => {
      await origin.close();
      throw error;
    });
  const { watcher, wakeups, flights, lock, link, notifier, status, pools, listeners, revisions } = tools;
  await status.flush();
  await listeners.start();
  tellBeginning(tools, log);
  settings.onReload?.(() => {
    // What it may bring wakes the watcher itself.
    void origin.refresh();
    wakeups.mark("reload");
  });
  let exitCode = 0;
  try {
    exitCode = await (once ? runOnce(tools, settings.stop) : runForever(tools, settings, state, clock));
  } finally {
    await pools.stop();
    await land(flights, settings, clock);
    await pools
      .close()
      .catch((error) => log.warn("pools not closed", { detail: toWarmError(error).message }));
    const released = new AbortController();
    await Promise.race([lock.release(), clock.sleep(RELEASE_MS, released.signal)]);
    released.abort();
    await Promise.all([revisions.idle(), origin.close()]);
    await notifier.drain(AbortSignal.timeout(DRAIN_MS));
    tools.life.abort();
    watcher.isStopped = true;
    await status
      .flush()
      .catch((error) => log.warn("status not written", { detail: toWarmError(error).message }));
    link.close();
  }
  log.info("stopped", { detail: "stopped" });
  return exitCode;
}

/** What is watched, and what is not as it is wanted from the beginning on. */
function tellBeginning({ source, watcher }: WatchTools, log: WatchLog): void {
  const { current, origin } = source;
  const { project } = current.config;
  const { path: file, git } = origin;
  const where = git === undefined ? file : `${file} of ${git.ref} at ${git.url}`;
  log.info("watching", {
    ...{ file, project },
    ...(git === undefined ? {} : { url: git.url, ref: git.ref, commit: source.revision.commit }),
    detail: `${where}: ${countWanted(current.desired)} of ${project}`,
  });
  if (git?.error !== undefined) {
    const { code, message, hint } = git.error;
    log.warn("git not pulled", { code, hint, detail: `${message}; the last good revision is in use` });
  }
  watcher.tellRefusal();
  for (const note of current.notes) log.warn("config note", { file, detail: note });
}

function countWanted({ resources, pools }: Desired): string {
  const ofPools =
    pools.length === 0 ? "" : ` and ${pools.length} engine pool${pools.length === 1 ? "" : "s"}`;
  return `${resources.length} resources${ofPools}`;
}

/** @returns exit code 0: to be stopped is how it ends */
async function runForever(
  { source, watcher, wakeups, link, status, memory, budget, overview }: WatchTools,
  { log, stop, onRound }: WatchSettings,
  state: StateDirectory,
  clock: Clock,
): Promise<number> {
  const onError = (error: Error) =>
    log.warn("files not watched", { detail: `${error.message}; the timer still looks` });
  const watches = [
    source.origin.follow({
      onChange: () => {
        if (source.origin.trigger === "git") wakeups.mark("git");
        else wakeups.mark("file", Math.max(FILE_MS, budget.waitMs()));
      },
      onLook: () => {
        watcher.touch();
        status.touch();
      },
      onError,
      stateDir: state.path,
    }),
    watchFiles(`${state.path}/pause.json`, () => wakeups.mark("control"), onError, isOrder),
  ];
  const eventLife = new AbortController();
  const following = followEvents(
    () => (watcher.condition.state === "host-away" ? undefined : link.session?.host.reader),
    {
      onOpen: () => {
        memory.setFollowing(true);
        wakeups.mark("docker");
      },
      onEvent: (event) => watcher.onHostEvent(event),
      onBreak: (error, delayMs) => {
        log.debug("event stream broken", { code: error?.code, detail: error?.message, nextTryInMs: delayMs });
        memory.setFollowing(false);
        // The host may be gone: a look says so.
        wakeups.mark("docker");
      },
    },
    clock,
    eventLife.signal,
  );
  wakeups.mark("start");
  while (!stop.soft.aborted) {
    const triggers = await wakeups.next(watcher.deadline());
    if (stop.soft.aborted) break;
    // A daemon that does not answer must not keep us from stopping: a round that comes late begins nothing.
    if (await untilStopped(watcher.round(triggers), stop.soft)) status.touch();
    onRound?.(overview);
  }
  log.info("stopping", { detail: "stopping: what is in flight is finished" });
  eventLife.abort();
  await Promise.all([...watches.map((watch) => watch.close()), following]);
  return 0;
}

/** The exit code of SIGINT; the command line knows which signal it was. */
const INTERRUPTED = 130;

/** Editors write a file in several steps: what comes within so long is one save. */
const FILE_MS = 50;

const isOrder = (name: string) => name === "pause.json" || name === "resume.json";

/**
 * @returns 0 when all is as the file says, else the exit code that `warm apply` would have
 * @throws WarmError for what kept a pass from being made
 */
async function runOnce(
  { source, revisions, watcher, flights, status }: WatchTools,
  { soft }: StopSignals,
): Promise<number> {
  for (let round = 1; round <= MOST_ROUNDS && !soft.aborted; round += 1) {
    const { current } = source;
    await untilStopped(watcher.round(["start"]), soft);
    if (watcher.condition.state !== "running") throw watcher.condition.error;
    const begun = watcher.lastPass?.begun ?? 0;
    await untilStopped(flights.idle(), soft);
    await untilStopped(revisions.idle(), soft);
    status.touch();
    // What it went back to is to be made in this round too.
    if (begun === 0 && source.current === current) break;
  }
  return soft.aborted ? INTERRUPTED : watcher.exitCode();
}

/** Lets what is in flight come to its end, for so long; then gives it up. */
async function land(flights: Flights, { graceMs, stop }: WatchSettings, clock: Clock): Promise<void> {
  flights.stop();
  const over = new AbortController();
  const tooLate = clock.sleep(graceMs, over.signal).then(() => flights.abort());
  const abort = () => flights.abort();
  stop.hard.addEventListener("abort", abort, { once: true });
  if (stop.hard.aborted) abort();
  await flights.idle();
  over.abort();
  stop.hard.removeEventListener("abort", abort);
  await tooLate;
}
