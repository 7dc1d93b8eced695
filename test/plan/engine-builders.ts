import { canonicalJson, sha256 } from "../../src/model/canonical.js";
import type { EngineDemand, PoolDemand } from "../../src/model/engine.js";
import { engineOf } from "../../src/model/engine-resource.js";
import { identityLabels, LABEL } from "../../src/model/labels.js";
import { engineAddress } from "../../src/model/names.js";
import type { ObservedContainer } from "../../src/model/observed.js";
import type { PoolPolicy, PoolResource } from "../../src/model/pool.js";
import { engineSpec, engineSpecHash } from "../../src/model/spec.js";

export interface PoolParts extends Partial<Omit<PoolResource, "policy">> {
  readonly policy?: Partial<PoolPolicy>;
}

/** A pool `p` of one engine, on the network and from the image that `buildDesired` gives it. */
export function aPool({ policy = {}, ...parts }: PoolParts = {}): PoolResource {
  return {
    id: "p",
    prefix: "cyan",
    image: "image.img-p:1",
    network: "network.net",
    command: undefined,
    env: {},
    limits: { pids: 512 },
    noNewPrivileges: true,
    logs: { maxSizeBytes: 10 * 2 ** 20, maxFiles: 3 },
    ports: [],
    ready: { type: "log", text: "ready", timeoutMs: 60_000 },
    job: undefined,
    lines: {},
    ...parts,
    policy: {
      size: { min: 1, max: 1, spare: 0 },
      schedule: [],
      scale: { cooldownMs: 60_000, refillPerMinute: undefined },
      ttlMs: undefined,
      maxJobs: undefined,
      maxMemoryBytes: undefined,
      errorLogs: [],
      reset: undefined,
      lease: { ttlMs: 60_000, maxMs: undefined, queue: 100, leakMs: 600_000, onExpire: "recycle" },
      quarantine: { ttlMs: 3_600_000, keep: 2 },
      breaker: { failures: 5 },
      rollout: { surge: 1, unavailable: 0, deadlineMs: 600_000 },
      allowStale: true,
      idle: "run",
      ...policy,
    },
  };
}

/** A pool of so many engines. */
export const poolOf = (count: number, { policy, ...parts }: PoolParts = {}) =>
  aPool({ ...parts, policy: { size: { min: count, max: count, spare: 0 }, ...policy } });

/** The container of an engine as warm makes it from this pool. */
export function anEngine(
  pool: PoolResource,
  slot: number,
  parts: Partial<ObservedContainer> = {},
  project = "demo",
): ObservedContainer {
  const engine = engineOf(pool, slot);
  const spec = engineSpec(engine, () => "salt");
  const { memoryBytes = 0, cpus = 0, pids = 0 } = pool.limits;
  const network = pool.network.slice("network.".length);
  const asksForLimits = memoryBytes + cpus + pids > 0;
  return {
    id: engineIdOf(engine.name),
    name: engine.name,
    imageId: `sha256:id-of-${pool.image.slice("image.".length)}`,
    state: "running",
    createdAtMs: Date.parse("2026-01-01T00:00:00Z"),
    health: undefined,
    labels: {
      ...identityLabels(project, engineAddress(pool.id, slot), engineSpecHash(spec)),
      [LABEL.spec]: canonicalJson(spec),
    },
    networks: [{ name: network, id: `id-of-${network}`, address: "172.18.0.9" }],
    volumes: [],
    ...(asksForLimits ? { limits: { memoryBytes, cpus, pids } } : {}),
    ...parts,
  };
}

/** 64 hex digits, as Docker has them, by name. */
export const engineIdOf = (name: string) => sha256(name);

/** The engines that a pool has while nobody uses it. */
export function madeEngines(pool: PoolResource, project: string): ObservedContainer[] {
  const { min, max, spare } = pool.policy.size;
  const length = Math.min(max, Math.max(min, spare));
  return Array.from({ length }, (_, index) => anEngine(pool, index + 1, {}, project));
}

export function aDemand(parts: Partial<EngineDemand> = {}): EngineDemand {
  return { state: "ready", jobs: 0, isLastJob: false, due: undefined, ...parts };
}

/** What the pool says of the engines in some of its slots. */
export function demandOf(
  pool: PoolResource,
  target: number,
  bySlot: Readonly<Record<number, Partial<EngineDemand>>> = {},
): ReadonlyMap<string, PoolDemand> {
  const engines = Object.entries(bySlot).map(
    ([slot, parts]) => [engineIdOf(engineOf(pool, Number(slot)).name), aDemand(parts)] as const,
  );
  return new Map([[pool.id, { target, engines: new Map(engines) }]]);
}
