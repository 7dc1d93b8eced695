import { randomUUID } from "node:crypto";
import { WarmError } from "../errors.js";
import type { PoolPolicy, PoolResource } from "../model/pool.js";
import { PoolCore } from "./core/pool-core.js";
import type { PoolEvent } from "./core/pool-event.js";
import type { JournalRecord } from "./journal/journal-record.js";

export interface CoresSettings {
  readonly record: (record: JournalRecord) => void;
  readonly tell: (event: PoolEvent) => void;
  readonly onDemand: () => void;
  readonly wallMs: () => number;
}

/** The cores of all pools, with those of pools that have left the file until their last engine is gone. */
export interface PoolCores {
  /** @throws WarmError `not-found` that names the pools there are */
  get(pool: string): PoolCore;
  find(pool: string): PoolCore | undefined;
  ofContainer(containerId: string): PoolCore | undefined;
  /** Remembers whose a container is. */
  own(containerId: string, pool: string): PoolCore;
  disown(containerId: string): void;
  resource(pool: string): PoolResource | undefined;
  all(): readonly PoolCore[];
  configure(pools: readonly PoolResource[]): void;
  restore(records: readonly JournalRecord[], nowMs: number): void;
  /** What a journal written anew has to hold. */
  snapshot(): JournalRecord[];
}

export function createPoolCores(settings: CoresSettings): PoolCores {
  const cores = new Map<string, PoolCore>();
  const owners = new Map<string, PoolCore>();
  let resources: ReadonlyMap<string, PoolResource> = new Map();
  /** Of a pool that left the file, as the file last said. */
  const lastPolicies = new Map<string, PoolPolicy>();
  let fence = 0;

  function open(pool: string): PoolCore {
    const known = cores.get(pool);
    if (known !== undefined) return known;
    const core = new PoolCore({
      pool,
      policy: () => resources.get(pool)?.policy ?? retired(lastPolicies.get(pool)),
      nextFence: () => ++fence,
      newId: () => randomUUID().replaceAll("-", "").slice(-18),
      ...settings,
    });
    cores.set(pool, core);
    return core;
  }

  return {
    get(pool) {
      const core = resources.has(pool) ? cores.get(pool) : undefined;
      if (core !== undefined) return core;
      const names = [...resources.keys()].join(", ");
      throw new WarmError("not-found", `there is no pool \`${pool}\``, {
        hint: names === "" ? "declare one under `engines` in the file" : `the file declares ${names}`,
      });
    },
    find: (pool) => cores.get(pool),
    ofContainer: (containerId) => owners.get(containerId),
    own(containerId, pool) {
      const core = open(pool);
      owners.set(containerId, core);
      return core;
    },
    disown: (containerId) => void owners.delete(containerId),
    resource: (pool) => resources.get(pool),
    all: () => [...cores.values()],
    configure(pools) {
      for (const { id, policy } of resources.values()) lastPolicies.set(id, policy);
      resources = new Map(pools.map((pool) => [pool.id, pool]));
      for (const { id } of pools) open(id);
      // Nobody has anything of it any more.
      for (const [id, core] of cores) if (!resources.has(id) && core.engines().length === 0) cores.delete(id);
    },
    restore(records, nowMs) {
      for (const record of records) {
        if (record.k === "lease") fence = Math.max(fence, record.lease.fence);
        if (record.k === "fence") fence = Math.max(fence, record.fence);
      }
      const byPool = groupByPool(records);
      for (const [pool, own] of byPool) {
        open(pool).restore(own, nowMs);
        for (const { containerId } of open(pool).engines()) owners.set(containerId, open(pool));
      }
    },
    snapshot: () => [{ k: "fence", fence }, ...[...cores.values()].flatMap((core) => core.snapshot())],
  };
}

/** Nothing new in a pool that nobody declares any more; what is leased ends as it was promised. */
function retired(last: PoolPolicy | undefined): PoolPolicy {
  return { ...(last ?? FORGOTTEN), size: { min: 0, max: 0, spare: 0 }, schedule: [], reset: undefined };
}

const FORGOTTEN: PoolPolicy = {
  size: { min: 0, max: 0, spare: 0 },
  schedule: [],
  scale: { cooldownMs: 0, refillPerMinute: undefined },
  ttlMs: undefined,
  maxJobs: undefined,
  maxMemoryBytes: undefined,
  errorLogs: [],
  reset: undefined,
  lease: { ttlMs: 60_000, maxMs: undefined, queue: 0, leakMs: 600_000, onExpire: "recycle" },
  quarantine: { ttlMs: 0, keep: 0 },
  breaker: { failures: 5 },
  rollout: { surge: 1, unavailable: 0, deadlineMs: 600_000 },
  allowStale: true,
  idle: "run",
};

function poolOfRecord(record: JournalRecord, known: ReadonlyMap<string, string>): string | undefined {
  switch (record.k) {
    case "gone":
      return known.get(record.containerId);
    case "lease":
      return record.lease.pool;
    case "fence":
    case "bound":
      return undefined;
    default:
      return record.pool;
  }
}

function groupByPool(records: readonly JournalRecord[]): Map<string, JournalRecord[]> {
  const pools = new Map<string, JournalRecord[]>();
  const poolOf = new Map<string, string>();
  for (const record of records) {
    if (record.k === "engine") poolOf.set(record.containerId, record.pool);
    const pool = poolOfRecord(record, poolOf);
    if (pool === undefined) continue;
    const own = pools.get(pool);
    if (own === undefined) pools.set(pool, [record]);
    else own.push(record);
  }
  return pools;
}
