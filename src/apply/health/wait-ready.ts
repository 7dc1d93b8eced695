import type { Host } from "../../docker/connection/connect.js";
import { followLogs } from "../../docker/observe/follow-logs.js";
import { type ContainerFacts, inspectContainer, readLastLogs } from "../../docker/observe/read-objects.js";
import type { HostWriter } from "../../docker/write/host-writer.js";
import { WarmError } from "../../errors.js";
import type { Ready } from "../../model/pool.js";
import type { EngineResource } from "../../model/resource.js";
import type { Clock } from "../apply-context.js";
import { findTarget, type Route } from "./find-target.js";
import { type ProbeResult, probeHttp, probeTcp } from "./probe.js";

/** What it takes to ask an engine, with a plan at work or without. */
export interface ReadyContext extends Route {
  readonly host: Pick<Host, "reader">;
  readonly writer: HostWriter;
  readonly clock: Clock;
  /** Ends the wait at once. */
  readonly cancel: AbortSignal;
  /** Told once what the first try found, as a clause. */
  readonly onWaiting?: (answer: string) => void;
}

/** The engine and how it shows that it is ready. */
export type AskedEngine = Pick<EngineResource, "name" | "address"> & {
  readonly pool: { readonly ready: Ready };
};

/** The same pace as that of a container's health: see `waitHealthy`. */
const FIRST_PAUSE_MS = 25;
const PAUSE_GROWTH = 1.3;
const LONGEST_PAUSE_MS = 1000;
const TRY_MS = 5000;
/** The last try begins at the deadline and gets this long. */
const LAST_TRY_MS = 250;

/**
 * Waits until an engine can take jobs (design, section 8). One that exits ends the wait at once. Of its log only what it
 * has written since its present start counts.
 * @param id of a container that was started
 * @throws WarmError `unhealthy` with the last answer and the last log lines: not in time, ended, or can never be;
 * `interrupted`; others of the docker edge
 */
export async function waitReady(id: string, engine: AskedEngine, context: ReadyContext): Promise<void> {
  const { ready } = engine.pool;
  if (ready.type === "log") await waitForLine(id, engine, ready, context);
  else await waitForAnswer(id, engine, ready, context);
}

/** A clock that is set must not end a wait, nor lengthen it. Whole numbers: timers take no others. */
const nowMs = () => Math.round(performance.now());

type Marker = Extract<Ready, { readonly type: "log" }>;
type Question = Exclude<Ready, Marker>;

async function waitForAnswer(
  id: string,
  engine: AskedEngine,
  ready: Question,
  context: ReadyContext,
): Promise<void> {
  const { clock, cancel } = context;
  const deadline = nowMs() + ready.timeoutMs;
  let pauseMs = FIRST_PAUSE_MS;
  let isTold = false;
  for (;;) {
    const facts = await requireRunning(id, engine, context);
    const tryMs = Math.max(LAST_TRY_MS, Math.min(TRY_MS, deadline - nowMs()));
    const { isHealthy, isHopeless, answer } = await ask(facts, ready, tryMs, context);
    if (isHealthy) return;
    if (cancel.aborted) throw interrupted(engine);
    if (isHopeless) throw hopeless(answer, engine);
    const leftMs = deadline - nowMs();
    if (leftMs <= 0) throw await tooLate(id, engine, answer, context);
    if (!isTold) context.onWaiting?.(answer);
    isTold = true;
    await clock.sleep(Math.min(pauseMs, leftMs), cancel);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
  }
}

/** One try, by whatever means the pool asks for. */
async function ask(
  facts: ContainerFacts,
  ready: Question,
  tryMs: number,
  context: ReadyContext,
): Promise<ProbeResult> {
  switch (ready.type) {
    case "healthcheck":
      return facts.health === undefined
        ? { isHealthy: false, isHopeless: true, answer: "the image has no HEALTHCHECK" }
        : { isHealthy: facts.health === "healthy", answer: `Docker says ${facts.health}` };
    case "exec": {
      const run = context.writer.containers.exec(facts.id, ready.command, tryMs);
      const code = await run.catch(() => undefined);
      const answer = code === undefined ? "the command could not be run" : `exit code ${code}`;
      return { isHealthy: code === 0, answer };
    }
    default: {
      const target = findTarget(facts, ready.port, context);
      const isHopeless = context.reach === "none";
      if (target === undefined)
        return { isHealthy: false, isHopeless, answer: `no way to its port ${ready.port} from here` };
      const limits = { timeoutMs: tryMs, cancel: context.cancel };
      return ready.type === "tcp" ? probeTcp(target, limits) : probeHttp(target, ready.path, limits);
    }
  }
}

async function waitForLine(
  id: string,
  engine: AskedEngine,
  ready: Marker,
  context: ReadyContext,
): Promise<void> {
  const { clock, cancel } = context;
  const deadline = nowMs() + ready.timeoutMs;
  const answer = `no line with \`${ready.text}\` in its log`;
  let pauseMs = FIRST_PAUSE_MS;
  let isTold = false;
  for (;;) {
    const facts = await requireRunning(id, engine, context);
    if (!isTold) context.onWaiting?.(answer);
    isTold = true;
    const leftMs = Math.max(LAST_TRY_MS, deadline - nowMs());
    if (await findLine(facts, ready.text, leftMs, context)) return;
    if (cancel.aborted) throw interrupted(engine);
    if (nowMs() >= deadline) throw await tooLate(id, engine, answer, context);
    // The log ends with the container, or when Docker begins a new file: a look tells which.
    await clock.sleep(pauseMs, cancel);
    pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
  }
}

/** Reads along until the line comes; false when the log ends or the time is over. */
async function findLine(
  facts: ContainerFacts,
  text: string,
  leftMs: number,
  { host, clock, cancel }: ReadyContext,
): Promise<boolean> {
  const found = new AbortController();
  const end = AbortSignal.any([found.signal, cancel]);
  void clock.sleep(leftMs, end).then(() => found.abort());
  try {
    const settings = { sinceMs: beginOf(facts), cancel: end };
    for await (const line of followLogs(host.reader, facts.id, settings)) {
      if (line.text.includes(text)) return true;
    }
    return false;
  } catch (error) {
    if (end.aborted) return false;
    throw error;
  } finally {
    found.abort();
  }
}

/**
 * From when on what is in a container's log is of its present start. Docker notes the start when the process runs already
 * and may have written; the lines of an earlier one come in for a moment after its end. Between the two lies far more
 * than either takes: half of it divides them. Undefined: it is the first start.
 */
function beginOf({ startedAt, finishedAt }: ContainerFacts): number | undefined {
  const [started, finished] = [Date.parse(startedAt), Date.parse(finishedAt)];
  if (Number.isNaN(finished) || finished <= 0) return undefined;
  return finished < started ? Math.floor((finished + started) / 2) : started;
}

async function requireRunning(
  id: string,
  engine: AskedEngine,
  context: ReadyContext,
): Promise<ContainerFacts> {
  const facts = await inspectContainer(context.host.reader, id);
  if (facts.isRunning) return facts;
  throw await exited(facts, engine, context);
}

async function exited(
  { id, isOutOfMemory, exitCode, error }: ContainerFacts,
  { name, address }: AskedEngine,
  { host }: ReadyContext,
): Promise<WarmError> {
  const why = isOutOfMemory ? "was killed for lack of memory" : `ended with exit code ${exitCode}`;
  const detail = error === "" ? "" : ` (${error})`;
  return new WarmError("unhealthy", `${name} ${why} before it was ready${detail}`, {
    hint: isOutOfMemory ? "raise `resources.memory`" : "the last log lines say more",
    address,
    logs: await readLastLogs(host.reader, id),
  });
}

function hopeless(answer: string, { name, address, pool }: AskedEngine): WarmError {
  return new WarmError("unhealthy", `${name} can never be ready: ${answer}`, {
    hint:
      pool.ready.type === "healthcheck"
        ? "ask it in another way: `ready: { log: … }`, `{ http: … }`, `{ tcp: … }` or `{ exec: [...] }`"
        : "from another machine, or a container without `network_mode: host`, ask with `ready: { log: … }` or `{ exec: [...] }`",
    address,
  });
}

async function tooLate(
  id: string,
  { name, address, pool: { ready } }: AskedEngine,
  answer: string,
  { host }: ReadyContext,
): Promise<WarmError> {
  const seconds = Math.round(ready.timeoutMs / 1000);
  return new WarmError(
    "unhealthy",
    `${name} is not ready after ${seconds} s: ${describeQuestion(ready)}${answer}`,
    {
      hint: "`ready.timeout` sets how long to wait; the last log lines may say more",
      address,
      logs: await readLastLogs(host.reader, id),
    },
  );
}

function describeQuestion(ready: Ready): string {
  switch (ready.type) {
    case "http":
      return `GET :${ready.port}${ready.path}: `;
    case "tcp":
      return `port ${ready.port}: `;
    case "exec":
      return `\`${ready.command[0]}\`: `;
    case "log":
    case "healthcheck":
      return "";
    default:
      return ready satisfies never;
  }
}

function interrupted({ address }: AskedEngine): WarmError {
  return new WarmError("interrupted", `${address}: interrupted while waiting for it to be ready`);
}
