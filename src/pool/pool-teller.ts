import { formatDurationMs } from "../report/text/units.js";
import type { PoolEvent } from "./core/pool-event.js";
import type { PoolLog } from "./pool-host.js";

/** Puts what happens in pools into log lines: the daily round at debug, what somebody should know of above. */
export function createPoolTeller(log: PoolLog): (event: PoolEvent) => void {
  return (event) => {
    if (log.isQuiet && DAILY.has(event.type) && !isNews(event)) return;
    const { pool } = event;
    switch (event.type) {
      case "transition": {
        const { engine, from, to, reason, spentMs } = event;
        const detail = `${engine}: ${from ?? "new"} -> ${to}: ${reason}`;
        log[isNews(event) ? "warn" : "debug"]("engine transition", {
          pool,
          engine,
          from,
          to,
          reason,
          spentMs,
          detail,
        });
        return;
      }
      case "engine-gone":
        log.debug("engine gone", { pool, engine: event.engine, from: event.from, detail: event.reason });
        return;
      case "lease-granted": {
        const { lease, queuedMs, missReason } = event;
        log.debug("lease granted", {
          ...aboutLease(event.lease),
          source: lease.source,
          queuedMs,
          missReason,
        });
        return;
      }
      case "lease-told":
        log.debug("lease told", { ...aboutLease(event.lease), acquireMs: event.acquireMs });
        return;
      case "lease-renewed":
      case "lease-given-back":
        log.debug(event.type.replaceAll("-", " "), aboutLease(event.lease));
        return;
      case "lease-released": {
        const { lease, outcome, heldMs } = event;
        log.debug("lease released", { ...aboutLease(lease), outcome, heldMs });
        return;
      }
      case "lease-expired": {
        const { lease, heldMs } = event;
        const detail = `${lease.engine}: the lease of ${lease.holder} expired after ${formatDurationMs(heldMs)} without a word of it`;
        log.warn("lease expired", { ...aboutLease(lease), heldMs, detail });
        return;
      }
      case "lease-leaking": {
        const { lease, heldMs } = event;
        const detail = `${lease.engine}: ${lease.holder} has held it for ${formatDurationMs(heldMs)}: is it forgotten?`;
        log.warn("lease leaking", { ...aboutLease(lease), heldMs, detail });
        return;
      }
      case "lease-lost": {
        const { lease, reason } = event;
        const detail = `${lease.engine}: lost under ${lease.holder}: ${reason}`;
        log.warn("lease lost", { ...aboutLease(lease), detail });
        return;
      }
      case "waiter-queued":
      case "waiter-left":
      case "waiter-timed-out":
      case "refused": {
        const { type, ...fields } = event;
        log.debug(type.replaceAll("-", " "), fields);
        return;
      }
      case "breaker-opened": {
        const { reason, failures } = event;
        const detail = `${pool}: ${failures} engines in a row could not be started, no more are tried for now: ${reason}; \`warm recycle ${pool}\` tries again at once`;
        log.error("breaker opened", { pool, failures, reason, detail });
        return;
      }
      case "breaker-closed":
        log.info("breaker closed", { pool, detail: `${pool}: engines are started again: ${event.reason}` });
        return;
      case "scaled": {
        const { from, to, decision } = event;
        log.info("pool scaled", {
          pool,
          from,
          to,
          detail: `${pool}: from ${from} to ${to} engines: ${decision}`,
        });
        return;
      }
      default:
        return event satisfies never;
    }
  };
}

/** Of every lease. */
const DAILY: ReadonlySet<PoolEvent["type"]> = new Set([
  "transition",
  "lease-granted",
  "lease-told",
  "lease-renewed",
  "lease-released",
  "waiter-queued",
]);

/** An engine that fails is told with its change when it is being made, and with its lease while it has one. */
const isNews = (event: PoolEvent): boolean =>
  event.type === "transition" && event.to === "error" && event.from !== "starting" && event.from !== "leased";

const aboutLease = (lease: { id: string; engine: string; holder: string; fence: number }) => ({
  lease: lease.id,
  engine: lease.engine,
  holder: lease.holder,
  fence: lease.fence,
});
