import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { WarmProcess, WarmResult } from "../rig/run-warm.js";
import type { Sandbox } from "../rig/sandbox.js";
import { readStatus } from "../scenarios/watch/watched-project.js";

/** `warm watch` as chaos sees it: one that may end and be followed by another, and whose clock can be set. */
export interface ChaosWatcher {
  /** SIGHUP, once it has told that it is there: before that it would be the end of any process. */
  hangUp(): void;
  /** SIGKILL. @returns once it has gone; nothing follows by itself */
  kill(): Promise<void>;
  /** SIGTERM. @returns how it ended; undefined when none ever began */
  terminate(): Promise<WarmResult | undefined>;
  /** SIGSTOP or SIGCONT. */
  suspend(isSuspended: boolean): void;
  /** The next one. Does nothing while one runs. */
  start(): void;
  /** Sets its clock on the wall, and that of those that follow. */
  moveClock(byMs: number): void;
  /** Somebody sets it right: commands beside the watcher have the machine's own. */
  setClockRight(): void;
  /** What those had to say that ended by themselves while they were at work: none may. */
  deaths(): readonly string[];
  /** Once a second, of the one that runs now, from when it has made a pass; in MB. */
  rssSamples(): readonly number[];
  passes(): number;
  /** Standard error of all of them, one text for each, but of those that could not begin and said why. */
  logs(): readonly string[];
  [Symbol.asyncDispose](): Promise<void>;
}

const SAMPLE_MS = 1_000;
const RESTART_MS = 500;
const PRELOAD = pathToFileURL(resolve(import.meta.dirname, "shift-clock.mjs")).href;

/** @param socketPath where Docker answers @param seconds how long it will be needed at the most; then it is killed */
export function startChaosWatcher(sandbox: Sandbox, socketPath: string, seconds: number): ChaosWatcher {
  const clockFile = join(sandbox.dir, "clock");
  const started: WarmProcess[] = [];
  const deaths: string[] = [];
  let shiftMs = 0;
  let samples: number[] = [];
  let isToEnd = false;
  moveClock(0);
  start();
  const sampler = setInterval(() => {
    // Before it has the lock it has nothing to do, and needs less than at work.
    const last = started.at(-1);
    const isAtWork = samples.length > 0 || last?.output.stderr.includes('"pass done"');
    const now = rssOf(last?.child.pid);
    if (isAtWork && now !== undefined) samples.push(now);
  }, SAMPLE_MS);

  function isRunning(): boolean {
    const last = started.at(-1);
    return last !== undefined && (last.child.exitCode ?? last.child.signalCode) === null;
  }

  function start(): void {
    if (isRunning()) return;
    isToEnd = false;
    samples = [];
    const env = {
      DOCKER_HOST: `unix://${socketPath}`,
      NODE_OPTIONS: `--import=${PRELOAD}`,
      WARM_CHAOS_CLOCK: clockFile,
    };
    const warm = sandbox.start(["watch", "--log-level", "debug"], { timeoutMs: seconds * 1_000, env });
    started.push(warm);
    void warm.result.then((result) => followUp(warm, result));
  }

  /** As a service manager does: what cannot begin (a file that is broken, a full disk) says so, and is started again. */
  function followUp(warm: WarmProcess, { code, signal, stderr }: WarmResult): void {
    if (isToEnd || warm !== started.at(-1)) return;
    if (isRefusal(stderr)) started.pop();
    else deaths.push(`the watcher has ended by itself with ${code ?? signal}: ${stderr.slice(-2_000)}`);
    setTimeout(() => {
      if (!isToEnd) start();
    }, RESTART_MS);
  }

  function moveClock(byMs: number): void {
    shiftMs += byMs;
    // Never half a number.
    writeFileSync(`${clockFile}.new`, String(shiftMs));
    renameSync(`${clockFile}.new`, clockFile);
  }

  async function end(signal: "SIGKILL" | "SIGTERM"): Promise<WarmResult | undefined> {
    isToEnd = true;
    const last = started.at(-1);
    last?.child.kill(signal);
    // A suspended one takes no other signal.
    last?.child.kill("SIGCONT");
    return last?.result;
  }

  return {
    hangUp() {
      const last = started.at(-1);
      if (last?.output.stderr) last.child.kill("SIGHUP");
    },
    async kill() {
      await end("SIGKILL");
    },
    terminate: () => end("SIGTERM"),
    suspend(isSuspended) {
      started.at(-1)?.child.kill(isSuspended ? "SIGSTOP" : "SIGCONT");
    },
    start,
    moveClock,
    setClockRight: () => moveClock(-shiftMs),
    deaths: () => deaths,
    rssSamples: () => samples,
    passes: () => readPasses(sandbox),
    logs: () => started.map(({ output }) => output.stderr),
    async [Symbol.asyncDispose]() {
      clearInterval(sampler);
      await end("SIGKILL");
    },
  };
}

/** A few lines for people, with a hint; nothing of work. */
const isRefusal = (stderr: string) => /^ *hint: /m.test(stderr) && !stderr.includes('{"level"');

function rssOf(pid: number | undefined): number | undefined {
  try {
    const [, kibibytes] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
    return kibibytes === undefined ? undefined : (Number(kibibytes) * 1024) / 1e6;
  } catch {
    return undefined;
  }
}

function readPasses(sandbox: Sandbox): number {
  try {
    return readStatus(sandbox).passes;
  } catch {
    return 0;
  }
}
