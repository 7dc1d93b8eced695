import type { LeaseView, PoolView } from "../model/engine.js";
import type { PoolEvent } from "./core/pool-event.js";
import type { LeaseWatch } from "./pools.js";

/** Tells the ends of leases, and keeps what their jobs are at. */
export interface LeaseWatching extends LeaseWatch {
  /** @param why in a few words */
  ended(leaseId: string, why: string): void;
  addToLease(view: LeaseView): LeaseView;
  addToPool(view: PoolView): PoolView;
}

/** @param isHeld whether a lease is held now */
export function createLeaseWatch(isHeld: (leaseId: string) => boolean): LeaseWatching {
  const listeners = new Map<string, Set<(why: string) => void>>();
  const activities = new Map<string, string>();

  function addToLease(view: LeaseView): LeaseView {
    const activity = activities.get(view.id);
    return activity === undefined ? view : { ...view, activity };
  }

  return {
    onLeaseEnd(leaseId, told) {
      if (!isHeld(leaseId)) {
        told("it is not held any more");
        return () => undefined;
      }
      const known = listeners.get(leaseId) ?? new Set();
      listeners.set(leaseId, known.add(told));
      return () => {
        known.delete(told);
        if (known.size === 0) listeners.delete(leaseId);
      };
    },
    setActivity(leaseId, activity) {
      if (isHeld(leaseId)) activities.set(leaseId, activity);
    },
    ended(leaseId, why) {
      activities.delete(leaseId);
      const told = listeners.get(leaseId) ?? [];
      listeners.delete(leaseId);
      for (const tell of told) tell(why);
    },
    addToLease,
    addToPool: (view) => ({
      ...view,
      engines: view.engines.map((engine) =>
        engine.lease === undefined ? engine : { ...engine, lease: addToLease(engine.lease) },
      ),
    }),
  };
}

/** Why a lease has ended whose holder renews it: it has had all the time that it may have. */
export const LEASE_EXPIRED = "it expired";

/** In a few words, what an event says of the end of a lease; undefined when it says of none. */
export function leaseEndOf(event: PoolEvent): string | undefined {
  switch (event.type) {
    case "lease-released":
      return "it was given back";
    case "lease-given-back":
      return "it was given back unused";
    case "lease-expired":
      return LEASE_EXPIRED;
    case "lease-lost":
      return event.reason;
    default:
      return undefined;
  }
}
