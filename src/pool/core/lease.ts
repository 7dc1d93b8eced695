import type { ErrorCode } from "../../errors.js";
import type { LeaseView } from "../../model/engine.js";

/** A lease as the pool keeps it. Times are monotonic ms, as everything that a clock's hand must not move. */
export interface Lease {
  readonly id: string;
  /** Grows with every lease of the project. */
  readonly fence: number;
  readonly pool: string;
  readonly containerId: string;
  /** `engine.valheim/1` */
  readonly engine: string;
  readonly holder: string;
  readonly key: string | undefined;
  /** ISO 8601, for people. */
  readonly since: string;
  readonly sinceMs: number;
  readonly ttlMs: number;
  readonly expiresAtMs: number;
  readonly source: LeaseView["source"];
  /** Whether its holder may know of it; only then it is worth remembering once it is over. */
  readonly isTold: boolean;
}

/** What somebody asks of a pool. */
export interface LeaseWish {
  /** The same key gives the same lease for as long as it is held. */
  readonly key?: string | undefined;
  readonly holder: string;
  /** Default the pool's. */
  readonly ttlMs?: number | undefined;
  /** Higher ones first; taken into -100 … 100. */
  readonly priority: number;
  /** Monotonic; now or earlier: not to be queued. */
  readonly deadlineMs: number;
}

/** How an asker's wait ended. Each asker is told once, or never if it leaves before. */
export type Settled =
  | { readonly kind: "granted"; readonly lease: Lease; readonly queuedMs: number }
  | {
      readonly kind: "refused";
      readonly code: Extract<ErrorCode, "no-engine" | "queue-full" | "lease-ended">;
      /** When asking again may be worth it; 0 where it never is. */
      readonly retryAfterMs: number;
      /** In a sentence without a full stop. */
      readonly why: string;
    };

export type Renewed =
  | { readonly kind: "renewed"; readonly lease: Lease }
  | { readonly kind: "ended"; readonly why: string }
  | { readonly kind: "stale-fence"; readonly fence: number }
  /** It has been given all the time that it may have (`lease.maxMs`) and expires as it would have. */
  | { readonly kind: "at-maximum"; readonly lease: Lease }
  | { readonly kind: "unknown" };

export type Released =
  /** reset: it has to be reset now. drain: it is not used again. */
  | { readonly kind: "released"; readonly containerId: string; readonly next: "reset" | "drain" }
  | { readonly kind: "ended"; readonly why: string }
  | { readonly kind: "stale-fence"; readonly fence: number }
  | { readonly kind: "unknown" };

/**
 * A lease as others see it.
 * @param nowMs monotonic
 * @param wallMs the same moment by the clock on the wall
 */
export function viewLease(lease: Lease, nowMs: number, wallMs: number): LeaseView {
  const { id, fence, pool, engine, holder, since, source } = lease;
  const expiresAt = new Date(wallMs + lease.expiresAtMs - nowMs).toISOString();
  return { id, fence, pool, engine, holder, since, expiresAt, source };
}
