import type { LeaseView, PoolView } from "../../model/engine.js";
import type { JobView } from "../../model/job.js";
import type { CanaryResult, CommandResult, GrantedLease, LeaseRequest } from "../../pool/pools.js";
import { type Call, callServer } from "./call-server.js";
import { encodeBinding } from "./encode-binding.js";
import { cancelJobCall, changedJobCall, jobPath, submitJobCall } from "./job-calls.js";
import { overviewCalls } from "./overview-calls.js";
import { readPlace } from "./read-place.js";
import { findTarget, type RemoteWatcher } from "./target.js";
import type { WarmClient } from "./warm-client.js";

/** What a watcher that is well answers by far. */
const ANSWER_MS = 30_000;
/** Of a request that does not say how long it waits. */
const DEFAULT_WAIT_MS = 60_000;
/** A canary's reset and a lease's binding come after the wait. */
const WORK_MS = 10 * 60_000;

/**
 * Speaks to a watcher. Opens no connection before it is asked something, and none of them keeps the process alive.
 * @param watcher a unix socket's path, or a watcher on the network
 * @throws WarmError `rejected` when no socket can have that path; `usage` for what is no such URL
 */
export function createClient(watcher: string | RemoteWatcher): WarmClient {
  const target = findTarget(watcher);
  const call = <Answer>(request: Call) => callServer(target, request) as Promise<Answer>;

  return {
    lease: (pool, request) => call<GrantedLease>(leaseCall(pool, request)),
    renew: (id, fence, ttlMs) =>
      call<LeaseView>({
        ...{ does: "renew a lease", method: "PUT", path: `/v1/leases/${encodeURIComponent(id)}` },
        ...{ body: { fence, ttl: toText(ttlMs) }, deadlineMs: ANSWER_MS },
      }),
    async release(id, fence, outcome) {
      const query = new URLSearchParams();
      if (fence !== undefined) query.set("fence", String(fence));
      if (outcome !== undefined) query.set("outcome", outcome);
      const path = `/v1/leases/${encodeURIComponent(id)}?${query}`;
      await call<undefined>({ does: "release a lease", method: "DELETE", path, deadlineMs: ANSWER_MS });
    },
    exec: (id, fence, command, { timeoutMs } = {}) =>
      call<CommandResult>({
        does: "run a command in an engine",
        method: "POST",
        path: `/v1/leases/${encodeURIComponent(id)}/exec`,
        body: { fence, command, timeout: toText(timeoutMs) },
        // Without a limit of its own it is the pool that knows how long is too long.
        deadlineMs: timeoutMs === undefined ? undefined : timeoutMs + ANSWER_MS,
      }),
    leases: async () => (await call<{ leases: LeaseView[] }>(read("list leases", "/v1/leases"))).leases,
    view: (pool) => call<PoolView>(read("look at a pool", poolPath(pool))),
    views: async () => (await call<{ pools: PoolView[] }>(read("look at the pools", "/v1/engines"))).pools,
    async recycle(pool, slot) {
      const path = `${poolPath(pool)}/recycle`;
      const body = { slot };
      const request = { does: "recycle engines", method: "POST", path, body, deadlineMs: WORK_MS } as const;
      return (await call<{ recycled: string[] }>(request)).recycled;
    },
    canary: (pool, { holder, waitMs, cancel }) =>
      call<CanaryResult>({
        ...{ does: "send a canary", method: "POST", path: `${poolPath(pool)}/canary`, cancel },
        body: { holder, wait: toText(waitMs) },
        deadlineMs: (waitMs ?? DEFAULT_WAIT_MS) + WORK_MS,
      }),
    submitJob: (pool, request) => call<JobView>(submitJobCall(pool, request)),
    job: (id) => call<JobView>(read("look at a job", jobPath(id))),
    jobs: async () => (await call<{ jobs: JobView[] }>(read("list jobs", "/v1/jobs"))).jobs,
    changedJob: (id, after, waitMs, cancel) => call<JobView>(changedJobCall(id, after, waitMs, cancel)),
    cancelJob: (id) => call<JobView>(cancelJobCall(id)),
    ...overviewCalls(target, call),
    close: () => target.options.agent.destroy(),
  };
}

const poolPath = (pool: string) => `/v1/engines/${encodeURIComponent(pool)}`;
const read = (does: string, path: string): Call => ({ does, method: "GET", path, deadlineMs: ANSWER_MS });
const toText = (ms: number | undefined) => (ms === undefined ? undefined : `${Math.round(ms)}ms`);

function leaseCall(pool: string, request: LeaseRequest): Call {
  const { key, holder, ttlMs, waitMs, priority, bind, onQueued, cancel } = request;
  return {
    ...{ does: "lease an engine", method: "POST", path: `${poolPath(pool)}/leases`, cancel },
    headers: onQueued === undefined ? {} : { prefer: "place" },
    body: {
      ...{ key, holder, ttl: toText(ttlMs), wait: toText(waitMs), priority },
      bind: bind && encodeBinding(bind),
    },
    deadlineMs: (waitMs ?? DEFAULT_WAIT_MS) + WORK_MS,
    onInterim: (headers) => {
      const place = readPlace(headers);
      if (place !== undefined) onQueued?.(place);
    },
  };
}
