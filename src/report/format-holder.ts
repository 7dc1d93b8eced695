import type { LockHolder } from "../model/event.js";
import { makeVisible } from "./text/make-visible.js";
import { formatDurationMs } from "./text/units.js";

/** Who holds a lock in half a line, without a time of ours: `ci@build-7 (pid 42), running warm apply`. */
export function formatHolderShort(holder: LockHolder | undefined): string {
  return holder === undefined ? "another run" : makeVisible(`${holder.who}, running ${holder.command}`);
}

/**
 * Who holds a lock, why, and until when; a line each.
 * @param now the daemon's time in milliseconds since 1970, as the holder's times are the daemon's
 */
export function formatHolder(holder: LockHolder, now: number): string {
  const leftMs = Date.parse(holder.expiresAt) - now;
  return [
    `held by  ${makeVisible(holder.who)}`,
    `running  ${makeVisible(holder.command)}`,
    ...(holder.reason === "" ? [] : [`because  ${makeVisible(holder.reason)}`]),
    `since    ${makeVisible(holder.since)}`,
    `until    ${makeVisible(holder.expiresAt)}${describeExpiry(leftMs)}`,
  ].join("\n");
}

function describeExpiry(leftMs: number): string {
  if (Number.isNaN(leftMs)) return "";
  if (leftMs > 0) return ` (renewed while it runs; ${formatDurationMs(leftMs)} left)`;
  return ` (expired ${formatDurationMs(-leftMs)} ago: it may be broken)`;
}
