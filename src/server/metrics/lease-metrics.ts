import { Gauge, type Registry } from "prom-client";
import type { PoolView } from "../../model/engine.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";
import { MISS_REASONS, missReason } from "./miss-reason.js";
import { createPoolCounter, createPoolHistogram, PLAIN, variantsOf } from "./pool-series.js";
import { toSeconds } from "./seconds.js";

export type LeaseEvent = Extract<
  PoolEvent,
  { readonly type: `lease-${string}` | `waiter-${string}` | "refused" }
>;

export interface LeaseMetrics {
  observe(event: LeaseEvent): void;
  /** @param views undefined while nobody keeps the pools: what stands in them is left out */
  read(views: readonly PoolView[] | undefined, pools: ReadonlySet<string> | undefined): void;
}

/** Seconds, from 0.5 ms to a minute. */
const WAIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
/** Seconds, from 10 ms to an hour. */
const HELD_BUCKETS = [0.01, 0.1, 1, 5, 15, 60, 300, 900, 1800, 3600];

/** Who asks for engines, and what comes of it. Nothing here says who holds what: that is in the log and in `warm engines`. */
export function createLeaseMetrics(registry: Registry): LeaseMetrics {
  const series = createLeaseSeries(registry);
  const { acquired, waited, asked, missed, renewed, released, expired, lost, givenBack, held } = series;
  const leaked = new Gauge({
    name: "warm_lease_leaked",
    help: "Leases that are held for longer than is usual for their pool.",
    labelNames: ["pool"],
    registers: [registry],
  });
  /** IDs of leases that were told to leak and have not ended. */
  const leaking = new Set<string>();

  const observe = (event: LeaseEvent) => {
    const { pool } = event;
    if ("lease" in event && leaking.size > 0 && event.type !== "lease-renewed")
      leaking.delete(event.lease.id);
    switch (event.type) {
      case "lease-granted": {
        const { lease, queuedMs } = event;
        asked.of(pool)[lease.source].inc();
        if (lease.source === "queued") waited.of(pool).granted.observe(toSeconds(queuedMs));
        if (event.missReason !== undefined) missed.of(pool)[missReason(event.missReason)].inc();
        return;
      }
      case "lease-told":
        return acquired.of(pool)[event.lease.source].observe(toSeconds(event.acquireMs));
      case "lease-renewed":
        return renewed.of(pool).all.inc();
      case "lease-released":
        released.of(pool)[event.outcome].inc();
        return held.of(pool).all.observe(toSeconds(event.heldMs));
      case "lease-expired":
        expired.of(pool).all.inc();
        return held.of(pool).all.observe(toSeconds(event.heldMs));
      case "lease-lost":
        return lost.of(pool).all.inc();
      case "lease-given-back":
        return givenBack.of(pool).all.inc();
      case "lease-leaking":
        leaking.add(event.lease.id);
        return;
      case "waiter-left":
        asked.of(pool).left.inc();
        return waited.of(pool).left.observe(toSeconds(event.waitedMs));
      // It is refused too, which counts it.
      case "waiter-timed-out":
        return waited.of(pool)["timed-out"].observe(toSeconds(event.waitedMs));
      case "refused":
        return asked.of(pool)[event.code].inc();
      case "waiter-queued":
        return;
      default:
        return event satisfies never;
    }
  };

  return {
    observe,
    read(views, pools) {
      leaked.reset();
      if (views === undefined || pools === undefined) return;
      for (const one of Object.values(series)) one.keep(pools);
      const heldIds = new Set<string>();
      for (const { id, engines } of views) {
        const own = engines.flatMap(({ lease }) => (lease === undefined ? [] : [lease.id]));
        for (const leaseId of own) heldIds.add(leaseId);
        leaked.set({ pool: id }, own.filter((leaseId) => leaking.has(leaseId)).length);
      }
      for (const leaseId of leaking) if (!heldIds.has(leaseId)) leaking.delete(leaseId);
    },
  };
}

function createLeaseSeries(registry: Registry) {
  const plain = (name: string, help: string) => createPoolCounter(registry, { name, help, variants: PLAIN });
  return {
    acquired: createPoolHistogram(registry, {
      name: "warm_lease_acquire_seconds",
      help: "Seconds from the ask to the engine in hand: with the wait, the grant on disk, the thaw and the binding.",
      labels: ["source"],
      variants: variantsOf(["warm", "queued"]),
      buckets: WAIT_BUCKETS,
    }),
    waited: createPoolHistogram(registry, {
      name: "warm_lease_queue_wait_seconds",
      help: "Seconds in the queue, by how the wait ended.",
      labels: ["result"],
      variants: variantsOf(["granted", "left", "timed-out"]),
      buckets: WAIT_BUCKETS,
    }),
    asked: createPoolCounter(registry, {
      name: "warm_lease_total",
      help: "Asks for an engine, by what came of them.",
      labels: ["source", "result"],
      variants: {
        "warm": ["warm", "granted"],
        "queued": ["queued", "granted"],
        "no-engine": ["none", "no-engine"],
        "queue-full": ["none", "queue-full"],
        "lease-ended": ["none", "lease-ended"],
        "left": ["none", "left"],
      },
    }),
    missed: createPoolCounter(registry, {
      name: "warm_lease_miss_total",
      help: "Leases that were granted after a wait, by why no engine stood ready.",
      labels: ["reason"],
      variants: variantsOf(MISS_REASONS),
    }),
    renewed: plain("warm_lease_renew_total", "Leases renewed."),
    released: createPoolCounter(registry, {
      name: "warm_lease_released_total",
      help: "Leases given back by their holders; after dirty the engine is not used again.",
      labels: ["outcome"],
      variants: variantsOf(["clean", "dirty"]),
    }),
    expired: plain("warm_lease_expired_total", "Leases that ended without a word of their holders."),
    lost: plain("warm_lease_lost_total", "Leases whose engine failed or went away."),
    givenBack: plain("warm_lease_given_back_total", "Leases that their holders never learned of."),
    held: createPoolHistogram(registry, {
      name: "warm_lease_held_seconds",
      help: "Seconds that leases were held, of those that were released or expired.",
      variants: PLAIN,
      buckets: HELD_BUCKETS,
    }),
  };
}
