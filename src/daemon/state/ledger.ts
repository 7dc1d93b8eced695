import type { FlappingLimit } from "../../config/config.js";
import type { ErrorRecord, Hold, ResourceMemory } from "../../model/daemon-status.js";
import type { Change, Reason } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";
import type { SyncState } from "../../model/status.js";
import { backOffMs, LONGEST_BACK_OFF_MS } from "./back-off.js";
import { type LedgerEntry, readEntries, toMemory } from "./ledger-entry.js";

/** A resource that came into another state. */
export interface SyncChange {
  readonly change: Change;
  readonly from: SyncState | undefined;
  readonly to: SyncState;
  /** Whether the world moved and not the file; of what is in sync again, whether it had. */
  readonly isDrift: boolean;
}

/**
 * What the watcher remembers of each resource from pass to pass, by address. It decides nothing about a host:
 * forgetting all of it costs a few tries.
 */
export interface Ledger {
  /**
   * Takes in what a pass found, and forgets what is in no plan any more.
   * @param inFlight what is being worked on: how it looks just now means nothing
   * @returns what is in another state than before
   */
  see(changes: readonly Change[], inFlight: ReadonlySet<Address>, nowMs: number): SyncChange[];
  /** Whether a change puts right what the world did, and does not bring in what the file newly says. */
  isDrift(change: Change): boolean;
  /** Why a resource has to be left alone now. @returns undefined when it has not */
  holdOf(change: Change, nowMs: number): Hold | undefined;
  /** What became of the changes of a pass that were not begun. */
  noteHold(address: Address, hold: Hold | undefined): void;
  /** A change was made. @param isHeal whether it put right what the world did */
  done(address: Address, isHeal: boolean, nowMs: number): void;
  /** @returns how often it has failed in a row, and how long it is left alone */
  failed(
    address: Address,
    error: Omit<ErrorRecord, "at">,
    nowMs: number,
  ): { failures: number; delayMs: number };
  isFlapping(address: Address): boolean;
  errorOf(address: Address): ErrorRecord | undefined;
  /**
   * What is known of a resource as it is wanted now: whether it was once so, and what the work on it failed with last. Of
   * what was wanted of it before, nothing.
   */
  standingOf(address: Address): { readonly isSettled: boolean; readonly error: ErrorRecord | undefined };
  /** Earliest time at which something that is left alone may be tried again; Infinity when nothing waits. */
  nextTryMs(): number;
  /** Tries everything anew, or what is meant. */
  resume(isMeant?: (address: Address) => boolean): void;
  toJson(): Record<Address, ResourceMemory>;
}

export interface LedgerSettings {
  /** Of a resource as the file says it: another key is a new spec. */
  readonly keyOf: (address: Address) => string;
  readonly flapping: () => FlappingLimit;
  readonly random: () => number;
  /** As `toJson` gave it; anything else is forgotten. */
  readonly remembered: unknown;
}

/** What is changed for these reasons was asked for. */
const ASKED: ReadonlySet<Reason> = new Set([
  "config-changed",
  "image-moved",
  // Its blob was pulled anew, or is another one.
  "seed-changed",
  "orphaned",
  "expired",
  "surplus",
  "requested",
  // What a pool does of its own accord.
  "scale-up",
  "recycle-age",
  "recycle-jobs",
  "recycle-memory",
]);
/** These say that something is not there: whether it ever was, only memory can tell. */
const NEW_OR_LOST: ReadonlySet<Reason> = new Set(["missing", "seed-incomplete", "parent-replaced"]);

export function createLedger({ keyOf, flapping, random, remembered }: LedgerSettings): Ledger {
  const entries = new Map<Address, LedgerEntry>(readEntries(remembered));

  function entryOf(address: Address): LedgerEntry | undefined {
    return entries.get(address);
  }

  function touch(change: Change, sync: SyncState, nowMs: number): LedgerEntry {
    const key = keyOf(change.address);
    const known = entries.get(change.address);
    if (known !== undefined && known.key === key) return known;
    // A new spec starts anew, but for what it looked like until now.
    const fresh: LedgerEntry = {
      key,
      sync: known?.sync ?? sync,
      sinceMs: known?.sinceMs ?? nowMs,
      reasons: known?.reasons ?? [],
      isSettled: false,
      failures: 0,
      nextTryMs: undefined,
      error: undefined,
      healsMs: [],
      isFlapping: false,
      isDrift: false,
      hold: undefined,
    };
    entries.set(change.address, fresh);
    return fresh;
  }

  function isDrift(change: Change): boolean {
    const isSettled = entryOf(change.address)?.isSettled ?? false;
    // What was once as this very file says can only have been moved by the world, whatever an old label makes of it.
    const reasons = change.reasons.filter((reason) => !(isSettled && reason === "config-changed"));
    if (reasons.some((reason) => ASKED.has(reason))) return false;
    return (
      isSettled || !change.reasons.some((reason) => reason === "config-changed" || NEW_OR_LOST.has(reason))
    );
  }

  function recentHeals(entry: LedgerEntry, nowMs: number): number[] {
    const { withinMs } = flapping();
    // A clock may have been set back.
    return entry.healsMs.filter((atMs) => atMs > nowMs - withinMs && atMs <= nowMs);
  }

  return {
    see(changes, inFlight, nowMs) {
      const addresses = new Set(changes.map(({ address }) => address));
      for (const address of entries.keys()) if (!addresses.has(address)) entries.delete(address);
      return changes.flatMap((change): SyncChange[] => {
        if (inFlight.has(change.address)) return [];
        const to = syncOf(change);
        const known = entries.get(change.address);
        const isNew = known === undefined;
        const entry = touch(change, to, nowMs);
        const from = isNew ? undefined : entry.sync;
        const result = { change, from, to, isDrift: to === "in-sync" ? entry.isDrift : isDrift(change) };
        entry.isDrift = to !== "in-sync" && result.isDrift;
        entry.healsMs = recentHeals(entry, nowMs);
        if (to === "in-sync") {
          Object.assign(entry, { isSettled: true, failures: 0, nextTryMs: undefined, error: undefined });
          entry.hold = undefined;
          if (entry.healsMs.length === 0) entry.isFlapping = false;
        }
        const isOther = from !== to;
        if (isOther) Object.assign(entry, { sync: to, sinceMs: nowMs });
        entry.reasons = change.reasons;
        return isOther ? [result] : [];
      });
    },
    isDrift,
    holdOf(change, nowMs) {
      const entry = entryOf(change.address);
      if (change.action === "conflict") return "conflict";
      if (entry === undefined) return undefined;
      if (entry.isFlapping) return "flapping";
      const { heals } = flapping();
      // Engines may come and go often: the breaker of their pool tells when it is too often.
      if (change.kind !== "engine" && isDrift(change) && recentHeals(entry, nowMs).length >= heals) {
        entry.isFlapping = true;
        return "flapping";
      }
      const waitMs = (entry.nextTryMs ?? 0) - nowMs;
      // Longer than any back-off: the clock was set back.
      return waitMs > 0 && waitMs <= 2 * LONGEST_BACK_OFF_MS ? "backing-off" : undefined;
    },
    noteHold(address, hold) {
      const entry = entryOf(address);
      if (entry !== undefined) entry.hold = hold;
    },
    done(address, isHeal, nowMs) {
      const entry = entryOf(address);
      if (entry === undefined) return;
      if (isHeal) entry.healsMs.push(nowMs);
      const settled = { sync: "in-sync", sinceMs: nowMs, reasons: [], isSettled: true, hold: undefined };
      Object.assign(entry, settled, { failures: 0, nextTryMs: undefined, error: undefined });
    },
    failed(address, error, nowMs) {
      const entry = entryOf(address);
      const failures = (entry?.failures ?? 0) + 1;
      const delayMs = backOffMs(failures, random());
      if (entry !== undefined) {
        const at = new Date(nowMs).toISOString();
        Object.assign(entry, { failures, nextTryMs: nowMs + delayMs, error: { ...error, at } });
      }
      return { failures, delayMs };
    },
    isFlapping: (address) => entryOf(address)?.isFlapping ?? false,
    errorOf: (address) => entryOf(address)?.error,
    standingOf(address) {
      const { key, isSettled = false, error } = entryOf(address) ?? {};
      return key === keyOf(address) ? { isSettled, error } : { isSettled: false, error: undefined };
    },
    nextTryMs: () =>
      Math.min(
        Number.POSITIVE_INFINITY,
        ...[...entries.values()].flatMap(({ hold, nextTryMs }) =>
          hold === "backing-off" ? (nextTryMs ?? []) : [],
        ),
      ),
    resume(isMeant = () => true) {
      for (const [address, entry] of entries)
        if (isMeant(address))
          Object.assign(entry, { isFlapping: false, healsMs: [], failures: 0, nextTryMs: undefined });
    },
    toJson: () => Object.fromEntries([...entries].map(([address, entry]) => [address, toMemory(entry)])),
  };
}

function syncOf({ action }: Change): SyncState {
  if (action === "noop") return "in-sync";
  return action === "conflict" ? "conflict" : "out-of-sync";
}
