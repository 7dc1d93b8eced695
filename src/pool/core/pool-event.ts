import type { EngineState } from "../../model/engine.js";
import type { Lease } from "./lease.js";

/** What happened in a pool, for logs and metrics. Never a reason to act that `view` or `demand` would not show as well. */
export type PoolEvent = { readonly pool: string } & (
  | {
      readonly type: "transition";
      readonly containerId: string;
      /** `engine.valheim/1` */
      readonly engine: string;
      /** Undefined: it has just been begun. */
      readonly from: EngineState | undefined;
      readonly to: EngineState;
      readonly reason: string;
      /** How long it was in `from`. */
      readonly spentMs: number;
    }
  /** Its container is gone and it is forgotten. */
  | {
      readonly type: "engine-gone";
      readonly containerId: string;
      readonly engine: string;
      readonly from: EngineState;
      readonly reason: string;
    }
  | {
      readonly type: "lease-granted";
      readonly lease: Lease;
      readonly queuedMs: number;
      /** Of a queued one: why no engine stood ready. */
      readonly missReason: string | undefined;
    }
  /** Its holder is told of it: it is on disk, the engine thawed and bound. `acquireMs`: since it was asked for. */
  | { readonly type: "lease-told"; readonly lease: Lease; readonly acquireMs: number }
  | { readonly type: "lease-renewed"; readonly lease: Lease }
  | {
      readonly type: "lease-released";
      readonly lease: Lease;
      readonly outcome: "clean" | "dirty";
      readonly heldMs: number;
    }
  /** Its holder never learned of it. */
  | { readonly type: "lease-given-back"; readonly lease: Lease }
  | { readonly type: "lease-expired"; readonly lease: Lease; readonly heldMs: number }
  /** Held for longer than is usual (`lease.leakMs`); told once a lease. */
  | { readonly type: "lease-leaking"; readonly lease: Lease; readonly heldMs: number }
  /** Its engine failed or is gone. */
  | { readonly type: "lease-lost"; readonly lease: Lease; readonly reason: string }
  | { readonly type: "waiter-queued"; readonly holder: string; readonly position: number }
  | { readonly type: "waiter-left"; readonly holder: string; readonly waitedMs: number }
  | { readonly type: "waiter-timed-out"; readonly holder: string; readonly waitedMs: number }
  | {
      readonly type: "refused";
      readonly holder: string;
      readonly code: "no-engine" | "queue-full" | "lease-ended";
    }
  | { readonly type: "breaker-opened"; readonly reason: string; readonly failures: number }
  | { readonly type: "breaker-closed"; readonly reason: string }
  | { readonly type: "scaled"; readonly from: number; readonly to: number; readonly decision: string }
);
