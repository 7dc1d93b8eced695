import { createHash } from "node:crypto";
import { WarmError } from "../../src/errors.js";
import type { JobRequest, Jobs } from "../../src/jobs/jobs.js";
import type { JobOutcome, JobView, ParamValue } from "../../src/model/job.js";
import { buildOutcome, buildView } from "./job-builders.js";

/** Jobs without engines: a test says what becomes of each. Joining, caching, revisions and waits are real. */
export interface MemoryJobs extends Jobs {
  /** What was asked for, in order. */
  readonly requests: readonly JobRequest[];
  /** How many wait for a change just now. */
  waiting(): number;
  /** Changes a job and tells those who wait. */
  advance(id: string, parts: Partial<JobView>): JobView;
  finish(id: string, outcome?: Partial<JobOutcome>): JobView;
  /** Called with each job that is begun. */
  onBegun(callback: (view: JobView) => void): void;
}

const POOL = "valheim";

export function createMemoryJobs({ queue = 100 } = {}): MemoryJobs {
  const views = new Map<string, JobView>();
  const results = new Map<string, JobView>();
  const waiters = new Map<string, Set<() => void>>();
  const requests: JobRequest[] = [];
  let begun: (view: JobView) => void = () => undefined;

  const get = (id: string): JobView => {
    const view = views.get(id);
    if (view === undefined) throw new WarmError("not-found", `there is no job ${id}`);
    return view;
  };
  const advance = (id: string, parts: Partial<JobView>): JobView => {
    const before = get(id);
    const view = { ...before, ...parts, revision: before.revision + 1 };
    views.set(id, view);
    for (const wake of [...(waiters.get(id) ?? [])]) wake();
    return view;
  };
  const finish = (id: string, parts: Partial<JobOutcome> = {}): JobView => {
    const outcome = buildOutcome({ dataDir: `/data/seeds/${get(id).hash}`, ...parts });
    const view = advance(id, { state: outcome.success ? "done" : "failed", outcome });
    if (outcome.success) results.set(view.key, view);
    return view;
  };
  const underWay = () => [...views.values()].filter(({ outcome }) => outcome === undefined);
  const waitFor = (id: string, waitMs: number, cancel: AbortSignal | undefined) =>
    new Promise<void>((settle, fail) => {
      const waiting = waiters.get(id) ?? new Set();
      waiters.set(id, waiting);
      const end = () => {
        clearTimeout(timer);
        waiting.delete(wake);
        cancel?.removeEventListener("abort", leave);
      };
      const wake = () => {
        end();
        settle();
      };
      const leave = () => {
        end();
        fail(new WarmError("interrupted", "the caller has gone"));
      };
      const timer = setTimeout(wake, waitMs);
      waiting.add(wake);
      if (cancel?.aborted) leave();
      else cancel?.addEventListener("abort", leave, { once: true });
    });

  return {
    ...{ requests, get, advance, finish },
    waiting: () => [...waiters.values()].reduce((sum, each) => sum + each.size, 0),
    onBegun: (callback) => {
      begun = callback;
    },
    async submit(pool, request) {
      if (pool !== POOL)
        throw new WarmError("not-found", `there is no pool ${pool}`, { hint: `use \`${POOL}\`` });
      requests.push(request);
      const key = keyOf(request.params);
      const equal = underWay().find((view) => view.key === key);
      if (equal !== undefined) return advance(equal.id, { askers: equal.askers + 1 });
      const id = `job-${views.size + 1}`;
      const parts = { id, key, params: request.params, priority: request.priority ?? 0, hash: sha256(key) };
      const found = request.force ? undefined : results.get(key)?.outcome;
      if (found === undefined && underWay().length >= queue)
        throw new WarmError("queue-full", `${queue} jobs of ${POOL} wait already`);
      const done = found && { state: "done" as const, outcome: { ...found, cached: true } };
      const view = buildView({ ...parts, ...done });
      views.set(id, view);
      if (done === undefined) begun(view);
      return get(id);
    },
    list: () => [...views.values()].reverse(),
    async changed(id, after, waitMs, cancel) {
      const view = get(id);
      if (view.outcome !== undefined || view.revision > after) return view;
      await waitFor(id, waitMs, cancel);
      return get(id);
    },
    async cancel(id) {
      const view = get(id);
      if (view.outcome !== undefined) return view;
      const askers = view.askers - 1;
      if (askers > 0) return advance(id, { askers });
      const error = { code: "interrupted", message: "the job was cancelled", hint: undefined, logs: [] };
      const outcome = buildOutcome({ success: false, files: 0, bytes: 0, error });
      return advance(id, { askers, state: "cancelled", outcome });
    },
  };
}

/** The one parameter `seed`, all problems at once. */
function keyOf(params: Readonly<Record<string, ParamValue>>): string {
  const unknown = Object.keys(params).filter((name) => name !== "seed");
  const problems = unknown.map((name) => `params.${name}: unknown parameter`);
  if (params.seed === undefined) problems.push("params.seed: has to be given");
  if (problems.length > 0) throw new WarmError("usage", problems.join("; "));
  return String(params.seed);
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
