import { failsForGood } from "../../apply/revisions/fails-for-good.js";
import type { ErrorRecord, Hold } from "../../model/daemon-status.js";
import type { Change, Plan } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";
import { type ResourceKeys, specAddress } from "../resource-keys.js";
import type { Ledger } from "../state/ledger.js";

export type RevisionFailure = Pick<ErrorRecord, "code" | "message" | "hint">;

/** What a pass says of the revision that it was made of. */
export type Verdict =
  /** All that it says was in place at one time, and what it does not say any more is gone. */
  | { readonly kind: "applied" }
  | { readonly kind: "open"; readonly changes: readonly Change[] }
  /** Work that it brought has failed, and trying again will not mend it. */
  | { readonly kind: "failed"; readonly change: Change; readonly failure: RevisionFailure };

export interface RevisionEvidence {
  readonly plan: Plan;
  readonly held: ReadonlyMap<Address, Hold>;
  /** Of all that the revision says. */
  readonly keys: ResourceKeys;
  /** Of the last one that was applied; undefined before the first. */
  readonly goodKeys: ResourceKeys | undefined;
  readonly standingOf: Ledger["standingOf"];
}

/** An engine may fail once: how often is too often, its pool's breaker says. */
const BY_CHANCE: ReadonlySet<string> = new Set(["unhealthy", "engine-failed"]);
/** Pools do these of their own accord, at any time. */
const OWN_ACCORD: ReadonlySet<string> = new Set([
  ...["scale-up", "surplus", "recycle-age", "recycle-jobs", "recycle-memory"],
]);

/**
 * Judges a revision by one pass. Only what it brought counts against it: what the last good one said in the same way, and
 * what the world did to what was once in place, is no fault of its own. What is left alone for a conflict keeps it from being
 * applied, and does not count as failed: somebody has to decide. Pure.
 */
export function judgeRevision(evidence: RevisionEvidence): Verdict {
  const changes = evidence.plan.changes.filter((change) => isOutstanding(change, evidence));
  for (const change of changes) {
    const failure = failureOf(change, evidence);
    if (failure !== undefined) return { kind: "failed", change, failure };
  }
  return changes.length === 0 ? { kind: "applied" } : { kind: "open", changes };
}

/** What is in flight may look as if it were in place: only the ledger knows. */
function isOutstanding({ address, action, reasons }: Change, evidence: RevisionEvidence): boolean {
  if (action === "delete") return reasons.includes("orphaned");
  if (action !== "noop" && reasons.every((reason) => OWN_ACCORD.has(reason))) return false;
  // What somebody asked for beside the file is none of its matters.
  return evidence.keys.has(specAddress(address)) && !evidence.standingOf(address).isSettled;
}

function failureOf(change: Change, evidence: RevisionEvidence): RevisionFailure | undefined {
  const { address, kind, action } = change;
  const { keys, goodKeys, held, standingOf } = evidence;
  const of = specAddress(address);
  if (action === "delete" || keys.get(of) === goodKeys?.get(of)) return undefined;
  const { error } = standingOf(address);
  const hold = held.get(address);
  if (kind === "engine" && (hold === "breaker-open" || hold === "rollout-paused"))
    return error ?? { code: "engine-failed", message: `${of}: its new engines do not become ready` };
  if (error === undefined || !failsForGood(error.code)) return undefined;
  return kind === "engine" && BY_CHANCE.has(error.code) ? undefined : error;
}
