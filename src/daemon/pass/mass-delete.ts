import { isOwned, LABEL } from "../../model/labels.js";
import type { Observed } from "../../model/observed.js";
import type { Change, Plan } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";

/** Fewer deletions than this are never too many. */
const MOST_UNASKED = 3;

export interface MassDelete {
  readonly addresses: readonly Address[];
  readonly owned: number;
}

/** A pool that shrinks is no file that lost something, and what somebody asked to go is no accident. */
const isCounted = ({ kind, reasons }: Change) =>
  kind !== "image" && !reasons.includes("requested") && (kind !== "engine" || reasons.includes("orphaned"));

/**
 * Whether a pass would delete more than half of what is ours, and more than three things (design, section 7): a file
 * that lost most of itself looks just like that. Images are not counted: they can be had again.
 * @param isSettled deletions that are under way or that somebody has allowed
 * @returns undefined when it would not
 */
export function findMassDelete(
  plan: Plan,
  observed: Observed,
  isSettled: (address: Address) => boolean = () => false,
): MassDelete | undefined {
  const isOurs = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
    isOwned(labels, plan.project) && !(labels[LABEL.address] ?? "").startsWith("lock.");
  const { containers, volumes, networks } = observed;
  const owned = [...containers, ...volumes, ...networks].filter(isOurs).length;
  const addresses = plan.changes
    .filter((change) => change.action === "delete" && isCounted(change) && !isSettled(change.address))
    .map(({ address }) => address);
  return addresses.length > MOST_UNASKED && addresses.length * 2 > owned ? { addresses, owned } : undefined;
}
