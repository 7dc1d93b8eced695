import { readFileSync } from "node:fs";
import type { WarmResult } from "../rig/run-warm.js";
import type { Sandbox } from "../rig/sandbox.js";
import { readStatus, watch } from "../scenarios/watch/watched-project.js";

/** `warm watch` as the soak sees it: one that may be killed and followed by another, whose memory is measured. */
export interface SoakedWatcher {
  /** SIGHUP, once it has told that it is there: before that it would be the end of any process. */
  hangUp(): void;
  /** @throws Error when it has ended by itself */
  expectAlive(): void;
  /** SIGKILL, and a new one at once, which stands by until the lock has expired. */
  replace(): Promise<void>;
  /** SIGTERM, and how it ended. */
  stop(): Promise<WarmResult>;
  /** Memory in use at this moment, in MB. Undefined where the kernel does not tell or it has ended. */
  rss(): number | undefined;
  /** Once a second, of the one that runs now, from when it has made a pass; in MB. */
  rssSamples(): readonly number[];
  passes(): number;
  /** Standard error of all of them. */
  log(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

const SAMPLE_MS = 1_000;

/** @param seconds how long it will be needed at the most; then it is killed */
export function startSoakedWatcher(sandbox: Sandbox, seconds: number): SoakedWatcher {
  const start = () => watch(sandbox, [], { timeoutMs: seconds * 1_000 });
  let current = start();
  let logBefore = "";
  let samples: number[] = [];
  const rss = () => rssOf(current.warm.child.pid);
  const sampler = setInterval(() => {
    // Before it has the lock it has nothing to do, and needs less than at work.
    const isAtWork = samples.length > 0 || current.warm.output.stderr.includes('"pass done"');
    const now = rss();
    if (isAtWork && now !== undefined) samples.push(now);
  }, SAMPLE_MS);
  return {
    hangUp() {
      if (current.warm.output.stderr !== "") current.warm.child.kill("SIGHUP");
    },
    expectAlive() {
      const { exitCode, signalCode } = current.warm.child;
      const ended = exitCode ?? signalCode;
      if (ended !== null) throw new Error(`the watcher has ended by itself with ${ended}`);
    },
    async replace() {
      current.warm.child.kill("SIGKILL");
      logBefore += (await current.warm.result).stderr;
      samples = [];
      current = start();
    },
    stop() {
      clearInterval(sampler);
      return current.stop();
    },
    rss,
    rssSamples: () => samples,
    passes: () => readPasses(sandbox),
    log: () => logBefore + current.warm.output.stderr,
    async [Symbol.asyncDispose]() {
      clearInterval(sampler);
      current.warm.child.kill("SIGKILL");
      await current.warm.result;
    },
  };
}

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
