import type { ErrorRecord, Hold, ResourceMemory } from "../../model/daemon-status.js";
import type { Reason } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";
import type { SyncState } from "../../model/status.js";

/** Times are milliseconds since the epoch. */
export interface LedgerEntry {
  key: string;
  sync: SyncState;
  sinceMs: number;
  reasons: readonly Reason[];
  /** Whether it was once as this very spec wants it. */
  isSettled: boolean;
  failures: number;
  nextTryMs: number | undefined;
  error: ErrorRecord | undefined;
  healsMs: number[];
  isFlapping: boolean;
  /** Whether it is out of sync because the world moved. */
  isDrift: boolean;
  hold: Hold | undefined;
}

export function toMemory(entry: LedgerEntry): ResourceMemory & { key: string; isSettled: boolean } {
  const { key, sync, sinceMs, reasons, isSettled, failures, nextTryMs, error, healsMs, isFlapping, hold } =
    entry;
  return {
    key,
    isSettled,
    sync,
    since: toIso(sinceMs),
    reasons,
    failures,
    healedAt: healsMs.map(toIso),
    isFlapping,
    ...(hold === undefined ? {} : { hold }),
    ...(error === undefined ? {} : { error }),
    ...(nextTryMs === undefined ? {} : { nextTryAt: toIso(nextTryMs) }),
  };
}

/** What an earlier run wrote; members that are not of the shape are left out. */
export function readEntries(value: unknown): [Address, LedgerEntry][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([address, member]): [Address, LedgerEntry][] => {
    const memory = member as Partial<ReturnType<typeof toMemory>> | null;
    const sinceMs = toMs(memory?.since);
    if (typeof memory?.key !== "string" || Number.isNaN(sinceMs)) return [];
    const nextTryMs = toMs(memory.nextTryAt);
    return [
      [
        address,
        {
          key: memory.key,
          sync: memory.sync ?? "out-of-sync",
          sinceMs,
          reasons: Array.isArray(memory.reasons) ? memory.reasons : [],
          isSettled: memory.isSettled === true,
          failures: Number.isSafeInteger(memory.failures) ? Math.max(0, memory.failures ?? 0) : 0,
          nextTryMs: Number.isNaN(nextTryMs) ? undefined : nextTryMs,
          error: memory.error,
          healsMs: (Array.isArray(memory.healedAt) ? memory.healedAt : []).map(toMs).filter(Number.isFinite),
          isFlapping: memory.isFlapping === true,
          isDrift: false,
          hold: undefined,
        },
      ],
    ];
  });
}

/** NaN for what is no time. */
const toMs = (value: unknown) => (typeof value === "string" ? Date.parse(value) : Number.NaN);
const toIso = (ms: number) => new Date(ms).toISOString();
