import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { DaemonStatus } from "../../../src/model/daemon-status.js";
import type { WarmOptions, WarmProcess, WarmResult } from "../../rig/run-warm.js";
import type { Sandbox } from "../../rig/sandbox.js";

/** One line of the watcher's log, as JSON. */
export interface LogLine {
  readonly level: string;
  readonly msg: string;
  readonly detail?: string;
  readonly address?: string;
  readonly reasons?: readonly string[];
  readonly [field: string]: unknown;
}

export interface Watching {
  readonly warm: WarmProcess;
  /** All lines so far. */
  lines(): LogLine[];
  /** Waits for a line that fits; those before `since` (a count of lines) do not count. Fails after 30 s with the whole log. */
  line(fits: (line: LogLine) => boolean, since?: number): Promise<LogLine>;
  /** Waits until a pass has found nothing to do, with nothing in flight. */
  quiet(): Promise<void>;
  /** SIGTERM, and its end. */
  stop(): Promise<WarmResult>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts `warm watch` in the sandbox. It is not awaited that anything is warm. */
export function watch(sandbox: Sandbox, args: readonly string[] = [], options: WarmOptions = {}): Watching {
  const warm = sandbox.start(["watch", "--log-level", "debug", ...args], { timeoutMs: 300_000, ...options });
  const lines = () =>
    warm.output.stderr.split("\n").flatMap((text): LogLine[] => {
      try {
        return [JSON.parse(text) as LogLine];
      } catch {
        return [];
      }
    });
  const stop = async () => {
    warm.child.kill("SIGTERM");
    return warm.result;
  };
  return {
    warm,
    lines,
    line: (fits, since = 0) =>
      eventually(
        () => lines().slice(since).find(fits),
        () => `no such line:\n${warm.output.stderr}`,
      ),
    async quiet() {
      await eventually(
        async () => {
          const count = lines().length;
          await sleep(400);
          const last = lines().findLast(({ msg }) => msg === "pass done");
          return lines().length === count && last?.planned === 0;
        },
        () => `it never came to rest:\n${warm.output.stderr}`,
      );
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}

/** Asks again and again until there is an answer that is not undefined, false or null. */
export async function eventually<T>(
  ask: () => T | Promise<T>,
  why: () => string = () => "it never came to be",
  timeoutMs = 30_000,
): Promise<NonNullable<T>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > deadline) throw new Error(why());
    await sleep(50);
  }
}

/** Above debug: what a person would have read. That a revision is applied follows everything, and has tests of its own. */
export const told = (lines: readonly LogLine[]) =>
  lines.filter(({ level, msg }) => level !== "debug" && msg !== "revision applied");

/** How many lines say this, those before `since` left out. */
export function countOf(watching: Watching, message: string, since = 0): number {
  return watching
    .lines()
    .slice(since)
    .filter(({ msg }) => msg === message).length;
}

/** What a template of this label is called in the file and in Docker. */
export function namesOf(sandbox: Sandbox, label: string) {
  const id = sandbox.templateId(label);
  const tid = id.replaceAll("-", "");
  const container = `${sandbox.prefix}-template-${tid}`;
  return { id, volume: `${sandbox.prefix}-${tid}`, container, address: `container.${container}` };
}

export async function isRunning({ docker }: Sandbox, container: string): Promise<boolean> {
  const found = await docker
    .getContainer(container)
    .inspect()
    .catch(() => undefined);
  return found?.State.Running ?? false;
}

/** Kills a template container and waits until it has been started again. @returns how long that took, in ms */
export async function expectKillHealed(
  { docker }: Sandbox,
  name: string,
  withinMs = 30_000,
): Promise<number> {
  const container = docker.getContainer(name);
  const { StartedAt: before } = (await container.inspect()).State;
  const startedAt = Date.now();
  await container.kill();
  await eventually(
    async () => {
      // It may be replaced just now: then there is none for a moment.
      const state = (await container.inspect().catch(() => undefined))?.State;
      return state?.Running && state.StartedAt !== before;
    },
    () => `${name} was not healed within ${withinMs} ms`,
    withinMs,
  );
  return Date.now() - startedAt;
}

/** `.warm/status.json` as the watcher wrote it last. */
export function readStatus({ dir }: Sandbox): DaemonStatus {
  return JSON.parse(readFileSync(join(dir, ".warm", "status.json"), "utf8")) as DaemonStatus;
}
