import { randomUUID } from "node:crypto";
import { WarmError } from "../../src/errors.js";
import {
  ENGINE_STATES,
  type EngineState,
  type EngineView,
  type LeaseView,
  type PoolView,
} from "../../src/model/engine.js";
import type { GrantedLease, LeaseRequest, Pools, ReleaseOutcome } from "../../src/pool/pools.js";

/** Pools without Docker: engines are entries of an array, leases and the queue are real. */
export interface MemoryPools extends Pools {
  /** Everything that was bound, by lease ID. */
  readonly bound: ReadonlyMap<string, LeaseRequest["bind"]>;
  /** How each lease ended. */
  readonly outcomes: ReadonlyMap<string, ReleaseOutcome>;
  queued(): number;
  /** Commands that have been begun. */
  commands(): number;
  renewals(): number;
  /** Ends a lease as its expiry would. */
  expire(leaseId: string): void;
}

interface Waiter {
  readonly request: LeaseRequest;
  grant(engine: Engine): void;
}
interface Engine {
  readonly slot: number;
  lease: LeaseView | undefined;
  jobs: number;
}

const POOL = "valheim";
const AT = "2026-03-01T12:00:00.000Z";

export function createMemoryPools({ size = 1, queue = 100 } = {}): MemoryPools {
  const engines = Array.from(
    { length: size },
    (_, index): Engine => ({ slot: index + 1, lease: undefined, jobs: 0 }),
  );
  const waiters: Waiter[] = [];
  const byKey = new Map<string, Promise<GrantedLease>>();
  const bound = new Map<string, LeaseRequest["bind"]>();
  const outcomes = new Map<string, ReleaseOutcome>();
  let [fence, commands, renewals] = [0, 0, 0];

  const check = (pool: string) => {
    if (pool !== POOL)
      throw new WarmError("not-found", `there is no pool ${pool}`, { hint: `use \`${POOL}\`` });
  };
  const held = (id: string, wanted?: number): Engine & { lease: LeaseView } => {
    const engine = engines.find(({ lease }) => lease?.id === id);
    if (engine?.lease === undefined) throw new WarmError("lease-ended", `lease ${id} has ended`);
    if (wanted !== undefined && wanted !== engine.lease.fence)
      throw new WarmError("stale-fence", `fence ${wanted} is not that of lease ${id}`);
    return engine as Engine & { lease: LeaseView };
  };
  const tellPlaces = () =>
    waiters.forEach(({ request }, index) => {
      request.onQueued?.({ position: index + 1, estimateMs: 1000 * (index + 1) });
    });
  const free = (engine: Engine) => {
    engine.lease = undefined;
    const next = waiters.shift();
    tellPlaces();
    next?.grant(engine);
  };
  const expiry = (ttlMs = 60_000) => new Date(Date.now() + ttlMs).toISOString();
  const grant = (engine: Engine, request: LeaseRequest, source: LeaseView["source"]): GrantedLease => {
    fence += 1;
    engine.jobs += 1;
    const lease: LeaseView = {
      ...{ id: randomUUID(), fence, pool: POOL, engine: `engine.${POOL}/${engine.slot}`, source },
      ...{ holder: request.holder, since: new Date().toISOString(), expiresAt: expiry(request.ttlMs) },
    };
    engine.lease = lease;
    bound.set(lease.id, request.bind);
    return {
      ...lease,
      address: "172.18.0.3",
      ports: { 80: 80 },
      container: { id: "c0ffee", name: `cyan-engine-${POOL}-${engine.slot}` },
      timings: { queuedMs: 0, preparedMs: 0 },
    };
  };
  const wait = (request: LeaseRequest) =>
    new Promise<GrantedLease>((settle, fail) => {
      const leave = (error: WarmError) => {
        const index = waiters.indexOf(waiter);
        if (index === -1) return;
        waiters.splice(index, 1);
        end();
        fail(error);
        tellPlaces();
      };
      const onCancel = () => leave(new WarmError("interrupted", "the caller has gone"));
      const timer = setTimeout(
        () => leave(new WarmError("no-engine", `no engine of ${POOL} was free in time`)),
        request.waitMs ?? 60_000,
      );
      const end = () => {
        clearTimeout(timer);
        request.cancel?.removeEventListener("abort", onCancel);
      };
      const waiter: Waiter = {
        request,
        grant(engine) {
          end();
          settle(grant(engine, request, "queued"));
        },
      };
      request.cancel?.addEventListener("abort", onCancel);
      waiters.push(waiter);
      tellPlaces();
    });
  const lease = async (pool: string, request: LeaseRequest): Promise<GrantedLease> => {
    check(pool);
    const known = request.key === undefined ? undefined : byKey.get(request.key);
    if (known !== undefined) return known;
    const engine = engines.find((one) => one.lease === undefined);
    if (engine === undefined && request.waitMs === 0)
      throw new WarmError("no-engine", `no engine of ${POOL} is free`);
    if (engine === undefined && waiters.length >= queue)
      throw new WarmError("queue-full", `${queue} wait for ${POOL} already`);
    const granted = engine === undefined ? wait(request) : Promise.resolve(grant(engine, request, "warm"));
    if (request.key !== undefined) byKey.set(request.key, granted);
    return granted;
  };
  const view = (pool: string): PoolView => {
    check(pool);
    const shown = engines.map(toView);
    const count = (state: EngineState) => shown.filter((engine) => engine.state === state).length;
    return {
      id: POOL,
      target: size,
      counts: Object.fromEntries(ENGINE_STATES.map((state) => [state, count(state)])) as PoolView["counts"],
      queued: waiters.length,
      decision: "a fixed size",
      breaker: undefined,
      rollout: undefined,
      engines: shown,
    };
  };

  return {
    ...{ bound, outcomes, lease, view },
    queued: () => waiters.length,
    commands: () => commands,
    renewals: () => renewals,
    expire: (id) => free(held(id)),
    async renew(id, wanted, ttlMs) {
      const engine = held(id, wanted);
      renewals += 1;
      engine.lease = { ...engine.lease, expiresAt: expiry(ttlMs) };
      return engine.lease;
    },
    async release(id, wanted, outcome = "clean") {
      const engine = engines.find((one) => one.lease?.id === id);
      if (engine === undefined) return;
      held(id, wanted);
      outcomes.set(id, outcome);
      free(engine);
    },
    async exec(id, wanted, command) {
      held(id, wanted);
      commands += 1;
      if (command[0] === "hang") await new Promise(() => {});
      if (command[0] === "bug") throw new TypeError("the secret s3cr3t has no length");
      return { exitCode: 3, stdout: command.join(" "), stderr: "" };
    },
    leases: () => engines.flatMap((engine) => engine.lease ?? []),
    views: () => [view(POOL)],
    async recycle(pool, slot) {
      check(pool);
      return engines
        .filter((engine) => (slot === undefined ? engine.lease === undefined : engine.slot === slot))
        .map((engine) => `engine.${POOL}/${engine.slot}`);
    },
    async canary(pool, request) {
      const { id, engine } = await lease(pool, request);
      free(held(id));
      return { engine, isClean: true, findings: [], planted: ["/tmp/warm-canary"], resetMs: 5 };
    },
  };
}

function toView({ slot, lease, jobs }: Engine): EngineView {
  return {
    address: `engine.${POOL}/${slot}`,
    pool: POOL,
    slot,
    name: `cyan-engine-${POOL}-${slot}`,
    containerId: "c0ffee",
    state: lease === undefined ? "ready" : "leased",
    since: lease?.since ?? AT,
    jobs,
    isFrozen: false,
    isStale: false,
    lease,
    history: [{ at: AT, from: "starting", to: "ready", reason: "ready check passed" }],
  };
}
