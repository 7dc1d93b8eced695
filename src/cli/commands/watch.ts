import type { StopSignals } from "../../apply/apply-context.js";
import { createPinoLog, type LogLevel } from "../../daemon/log/pino-log.js";
import type { LogFields, WatchLog } from "../../daemon/log/watch-log.js";
import { watchProject } from "../../daemon/watch-project.js";
import { formatLogLine } from "../../report/format-log-line.js";
import type { CommandContext } from "../command-context.js";
import { watchSignals } from "../signals.js";
import type { Terminal } from "../terminal.js";
import { type GitOptions, readGitOptions } from "../watch/git-options.js";
import { keepHeapSmall } from "../watch/heap-mode.js";
import { createManagedLife } from "../watch/managed-life.js";
import { openDoors } from "../watch/open-doors.js";

interface WatchOptions extends GitOptions {
  readonly once?: boolean;
  readonly stateDir?: string;
  readonly logFormat?: "text" | "json";
  readonly logLevel?: LogLevel;
  readonly grace?: number;
  readonly listen?: string;
  readonly tokenFile?: string;
  readonly allowHost?: readonly string[];
}

/** Docker gives a container 10 s between SIGTERM and SIGKILL. */
const GRACE_MS = 8_000;
const LINGER_MS = 500;

export async function runWatch(context: CommandContext, options: WatchOptions): Promise<number> {
  const { global, terminal, cwd, env } = context;
  const heap = keepHeapSmall();
  const { once = false, stateDir, logLevel = "info", grace = GRACE_MS } = options;
  const { listen, tokenFile, allowHost: allowHosts = [] } = options;
  const isText = options.logFormat === undefined ? terminal.isLive : options.logFormat === "text";
  const log = isText ? createTextLog(terminal, logLevel) : createPinoLog(logLevel, { name: "warm" });
  const git = readGitOptions(options, global, env);
  let exitCode = 0;
  const doors = await openDoors({
    listen,
    tokenFile,
    allowHosts,
    cwd,
    env,
    log,
    onServed: ({ feed }) => heap.follow(feed),
  });
  const manager = createManagedLife(env, log);
  const signals = watchSignals((count) => {
    if (count > 1) exitCode = signals.exitCode() ?? 0;
    void manager.stopping();
  });
  let reload = () => {};
  const onHangUp = () => {
    void doors.reload();
    reload();
  };
  process.on("SIGHUP", onHangUp);
  try {
    const stop: StopSignals = signals.stop;
    const result = await watchProject({
      ...{ file: global.file, host: global.host, cwd, stateDir, once, log, stop, graceMs: grace },
      env: withoutOurs(env),
      git,
      rollsBack: options.rollbackOnFailure ?? false,
      listeners: once ? [doors.socket] : doors.all,
      onRound: manager.onRound,
      onReload: (callback) => {
        reload = callback;
      },
    });
    // To be stopped is how watching ends, and not how a single round does.
    if (once) return signals.exitCode() ?? result;
    return exitCode === 0 ? result : exitCode;
  } finally {
    process.off("SIGHUP", onHangUp);
    manager.close();
    // Whatever still hangs on a host that does not answer must not keep a stopped watcher alive.
    setTimeout(() => process.exit(), LINGER_MS).unref();
    signals.close();
  }
}

/** What is meant for this process is not for the commands that it runs: who may ask it, what it may ask, its service manager. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const {
    WARM_API_TOKENS: _tokens,
    WARM_GIT_TOKEN: _token,
    WARM_GIT_USER: _user,
    NOTIFY_SOCKET: _socket,
    WATCHDOG_USEC: _every,
    WATCHDOG_PID: _pid,
    ...rest
  } = env;
  return rest;
}

const LEVELS: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function createTextLog(terminal: Terminal, least: LogLevel): WatchLog {
  const at =
    (level: LogLevel) =>
    (message: string, fields: LogFields = {}) => {
      if (LEVELS.indexOf(level) < LEVELS.indexOf(least)) return;
      const { detail, hint, logs } = fields as { detail?: string; hint?: string; logs?: readonly string[] };
      terminal.note(formatLogLine({ level, message, at: new Date(), detail, hint, logs }, terminal.err));
    };
  return {
    isQuiet: least !== "debug",
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
