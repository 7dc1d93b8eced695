import { type ChildProcess, type ExecFileException, execFile } from "node:child_process";
import { promisify } from "node:util";
import type { WatchLog } from "./log/watch-log.js";

/** What systemd is told of the watcher. Nothing of it throws, and nothing waits for it but `stopping`. */
export interface ServiceManager {
  /** The service is up. */
  ready(status: string): void;
  /** What `systemctl status` shows: the latest one is told, a few times a minute at most. */
  status(text: string): void;
  /** The service ends on purpose. Settles when systemd was told, or could not be. */
  stopping(): Promise<void>;
  /** Tells nothing more, and ends what still tells. */
  close(): void;
}

export interface ServiceManagerSettings {
  /** Of the process: NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID, and PATH to find the program. */
  readonly env: NodeJS.ProcessEnv;
  readonly log: WatchLog;
  /** Whether the watcher works: systemd restarts one that says no for WatchdogSec. */
  readonly isAlive: () => boolean;
}

/** What is not told yet. */
interface Owed {
  readonly ready?: boolean;
  readonly status?: string;
  readonly watchdog?: boolean;
  readonly stopping?: boolean;
}

const PROGRAM = "systemd-notify";
/** The message leaves at once; after it the program waits until systemd has read it. */
const DEADLINE_MS = 5_000;
const STATUS_PAUSE_MS = 15_000;
const LONGEST_STATUS = 200;
/** Timers know no more. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * Speaks systemd's notify protocol, for a unit with `Type=notify` and perhaps `WatchdogSec=`. Without NOTIFY_SOCKET it does
 * nothing at all. Node has no datagram sockets of the kind, so that `systemd-notify` speaks for us. Run by root it does so in
 * the name of its parent, which is us: `NotifyAccess=main`, the default of the type, is enough. For every other user the unit
 * needs `NotifyAccess=all`. Its `--pid` is not used: it would also have systemd take a number for its main process that means
 * another one outside of our namespace. Sources: systemd-notify(1), sd_notify(3), sd_watchdog_enabled(3).
 */
export function createServiceManager({ env, log, isAlive }: ServiceManagerSettings): ServiceManager {
  if (!env.NOTIFY_SOCKET) {
    return { ready() {}, status() {}, stopping: () => Promise.resolve(), close() {} };
  }
  let isClosed = false;
  let owed: Owed = {};
  /** The status that was told, or is about to be. */
  let latest: string | undefined;
  let last = Promise.resolve();
  /** Waits for the last one to end. */
  let next: Promise<void> | undefined;
  let pause: NodeJS.Timeout | undefined;
  let child: ChildProcess | undefined;
  let isFaultTold = false;

  /** One after the other; whatever comes while one runs is told with the next. */
  function tell(more: Owed): Promise<void> {
    owed = { ...owed, ...more };
    next ??= last.then(tellOwed);
    last = next;
    return next;
  }

  async function tellOwed(): Promise<void> {
    const { stopping, ...news } = owed;
    owed = {};
    next = undefined;
    // Of two states in one message systemd takes the last one alone.
    if (news.ready !== true || stopping !== true) return send({ ...news, stopping });
    await send(news);
    await send({ stopping });
  }

  /** Never rejects. */
  async function send(news: Owed): Promise<void> {
    // A ping that waited in line is no news of now.
    const args = toArguments({ ...news, watchdog: news.watchdog === true && isAlive() });
    if (args.length === 0 || isClosed) return;
    if (news.status !== undefined) startPause();
    try {
      const ended = run(args, env);
      child = ended.child;
      await ended;
    } catch (error) {
      if (isClosed) return;
      // A late ping would hide that the watcher hangs; the rest is as true later.
      owed = { ...news, watchdog: false, ...owed };
      startPause();
      if (!isFaultTold) log.warn("systemd is not told how it goes", { detail: describeFault(error) });
      isFaultTold = true;
    }
  }

  function startPause(): void {
    if (isClosed) return;
    pause ??= setTimeout(() => {
      pause = undefined;
      void tell({});
    }, STATUS_PAUSE_MS).unref();
  }

  const halfMs = halfOfWatchdog(env);
  const watchdog =
    halfMs === undefined ? undefined : setInterval(() => void tell({ watchdog: isAlive() }), halfMs).unref();

  return {
    ready(status) {
      latest = toStatus(status);
      void tell({ ready: true, status: latest });
    },
    status(text) {
      const status = toStatus(text);
      if (status === latest) return;
      latest = status;
      if (pause === undefined) void tell({ status });
      else owed = { ...owed, status };
    },
    stopping: () => tell({ stopping: true }),
    close() {
      isClosed = true;
      child?.kill("SIGKILL");
      clearTimeout(pause);
      clearInterval(watchdog);
    },
  };
}

function toArguments({ ready, status, watchdog, stopping }: Owed): string[] {
  return [
    ...(status === undefined ? [] : [`--status=${status}`]),
    ...(ready === true ? ["READY=1"] : []),
    ...(watchdog === true ? ["WATCHDOG=1"] : []),
    ...(stopping === true ? ["STOPPING=1"] : []),
  ];
}

/** One line without what could drive a terminal: systemd takes a second line for a message of its own. */
function toStatus(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, " ").trim();
  const characters = [...line];
  return characters.length > LONGEST_STATUS ? `${characters.slice(0, LONGEST_STATUS - 1).join("")}…` : line;
}

/** @returns undefined when systemd does not watch this process */
function halfOfWatchdog({ WATCHDOG_USEC = "", WATCHDOG_PID }: NodeJS.ProcessEnv): number | undefined {
  if (!/^[1-9]\d*$/.test(WATCHDOG_USEC)) return undefined;
  if (WATCHDOG_PID && WATCHDOG_PID !== String(process.pid)) return undefined;
  return Math.min(Math.max(1, Math.floor(Number(WATCHDOG_USEC) / 2_000)), LONGEST_TIMER_MS);
}

/** Rejects, as execFile does, unless the program exits with 0 in time. */
function run(args: readonly string[], { NOTIFY_SOCKET, PATH }: NodeJS.ProcessEnv) {
  return promisify(execFile)(PROGRAM, args, {
    // The one folder that is always there.
    cwd: "/",
    env: { NOTIFY_SOCKET, PATH },
    timeout: DEADLINE_MS,
    killSignal: "SIGKILL",
  });
}

function describeFault(error: unknown): string {
  const { code, signal, killed, stderr } = error as Partial<ExecFileException>;
  if (code === "ENOENT") return `there is no ${PROGRAM} on this machine`;
  if (killed) return `${PROGRAM} took longer than ${DEADLINE_MS / 1000} s`;
  const why = toStatus(stderr ?? "");
  return `${PROGRAM} failed (${code ?? signal})${why === "" ? "" : `: ${why}`}`;
}
