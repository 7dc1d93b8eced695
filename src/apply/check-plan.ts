import { WarmError } from "../errors.js";
import { canonicalJson, type Json } from "../model/canonical.js";
import type { Observed } from "../model/observed.js";
import { type Change, isChange, type Plan, type Precondition } from "../model/plan.js";
import type { PlanDocument } from "../model/plan-document.js";
import { digestOf } from "../plan/plan-project.js";

const HINT = "run `warm plan` again and have it reviewed";

/** @throws WarmError `plan-stale` when today's plan is not the one with this digest. */
export function checkDigest(plan: Plan, expected: string): void {
  if (plan.digest === expected) return;
  throw new WarmError("plan-stale", `the plan is ${plan.digest} now, not ${expected}`, { hint: HINT });
}

/**
 * Holds a reviewed plan against a fresh one and keeps just the reviewed changes. What else has moved on the host
 * is left for another plan.
 * @throws WarmError `plan-stale` that lists, by address, what was expected and what was found.
 */
export function checkSavedPlan(saved: PlanDocument, fresh: Plan, observed: Observed): Plan {
  if (saved.target.id !== observed.host.id) {
    throw new WarmError(
      "plan-stale",
      `the plan was made for another Docker host (${saved.target.endpoint})`,
      {
        hint: "apply it with the `--host` that it was made with",
      },
    );
  }
  const now = new Map(fresh.changes.map((change) => [change.address, change]));
  const reviewed = saved.changes.filter(isChange);
  const moved = reviewed.flatMap((change) => describeMove(change, now.get(change.address)));
  if (moved.length > 0) {
    throw new WarmError("plan-stale", `the plan is stale, nothing was done:\n  ${moved.join("\n  ")}`, {
      hint: HINT,
    });
  }
  const addresses = new Set(reviewed.map((change) => change.address));
  const kept = { ...fresh, changes: fresh.changes.filter((change) => addresses.has(change.address)) };
  if (digestOf(kept.changes) === saved.digest) return kept;
  throw new WarmError("plan-stale", "the plan file does not match its own digest: it was edited", {
    hint: HINT,
  });
}

function describeMove(expected: Change, found: Change | undefined): string[] {
  const { address } = expected;
  if (found === undefined) return [`${address}: no longer wanted nor ours`];
  const [was, is] = [describe(expected.precondition), describe(found.precondition)];
  if (was !== is) return [`${address}: expected ${was}, found ${is}`];
  if (comparable(expected) === comparable(found)) return [];
  return [
    `${address}: was to ${expected.action} (${expected.reasons}), would now ${found.action} (${found.reasons})`,
  ];
}

function describe(precondition: Precondition): string {
  if (!precondition.exists) return "nothing there";
  const { id, state, specHash, imageId } = precondition;
  const short = (text: string) => text.replace(/^(sha256|h1):/, "").slice(0, 20);
  const parts = [
    short(id),
    state,
    specHash && `spec ${short(specHash)}`,
    imageId && `image ${short(imageId)}`,
  ];
  return parts.filter(Boolean).join(", ");
}

/** Lines of warm.yaml are for people: a comment added above does not make a plan stale. */
function comparable({ action, reasons, fields }: Change): string {
  const facts = fields.map(({ line: _line, ...field }) => field);
  return canonicalJson({ action, reasons, fields: facts } as unknown as Json);
}
