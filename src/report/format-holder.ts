import type { LockHolder } from "../model/event.js";
import { safeText } from "./text/style.js";
import { formatDurationMs } from "./text/units.js";

/** Who holds a lock in half a line, without a time of ours: `ci@build-7 (pid 42), running warm apply`. */
export function formatHolderShort(holder: LockHolder | undefined): string {
  return holder === undefined ? "another run" : safeText(`${holder.who}, running ${holder.command}`);
}

/**
 * Who holds a lock, why, and until when; a line each.
 * @param now the daemon's time in milliseconds since 1970, as the holder's times are the daemon's
 */
export function formatHolder(holder: LockHolder, now: number): string {
  const leftMs = Date.parse(holder.expiresAt) - now;
  return [
    `held by  ${safeText(holder.who)}`,
    `running  ${safeText(holder.command)}`,
    ...(holder.reason === "" ? [] : [`because  ${safeText(holder.reason)}`]),
    `since    ${safeText(holder.since)}`,
    `until    ${safeText(holder.expiresAt)}${describeExpiry(leftMs)}`,
  ].join("\n");
}

function describeExpiry(leftMs: number): string {
  if (Number.isNaN(leftMs)) return "";
  if (leftMs > 0) return ` (renewed while it runs; ${formatDurationMs(leftMs)} left)`;
  return ` (expired ${formatDurationMs(-leftMs)} ago: it may be broken)`;
}
