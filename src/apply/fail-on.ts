import { WarmError } from "../errors.js";
import type { Change, Plan } from "../model/plan.js";

/** What a plan must not hold to be applied. */
export const FAIL_ON = ["destroy", "replace", "drift", "conflict"] as const;
export type FailOn = (typeof FAIL_ON)[number];

const HOLDS: Readonly<Record<FailOn, (change: Change) => boolean>> = {
  destroy: ({ action }) => action === "delete",
  replace: ({ action }) => action === "replace",
  drift: ({ reasons, fields }) =>
    reasons.some((reason) => reason.startsWith("drift-")) || fields.some(({ cause }) => cause === "drift"),
  conflict: ({ action }) => action === "conflict",
};

const WORDS: Readonly<Record<FailOn, string>> = {
  destroy: "deletes",
  replace: "replaces",
  drift: "undoes what was changed outside warm of",
  conflict: "is in conflict over",
};

/** Named in a message; a plan shows them all. */
const NAMED = 5;

/** @throws WarmError `guard-refused` that names what the plan would do and must not */
export function checkFailOn({ changes }: Plan, failOn: readonly FailOn[]): void {
  const found = failOn.flatMap((what) => {
    const addresses = changes.filter(HOLDS[what]).map(({ address }) => address);
    if (addresses.length === 0) return [];
    const more = addresses.length > NAMED ? ` and ${addresses.length - NAMED} more` : "";
    return [`${WORDS[what]} ${addresses.slice(0, NAMED).join(", ")}${more}`];
  });
  if (found.length === 0) return;
  throw new WarmError("guard-refused", `the plan ${found.join("; it ")}: nothing was done`, {
    hint: "have the plan reviewed, then apply without that --fail-on",
  });
}
