import { WarmError } from "../errors.js";
import { canonicalJson, type Json, sha256 } from "../model/canonical.js";
import type { Observed } from "../model/observed.js";
import { type Change, isChange, type Plan, type Precondition } from "../model/plan.js";
import type { PlanDocument } from "../model/plan-document.js";
import type { Address } from "../model/resource.js";
import { digestOf } from "../plan/plan-project.js";

const HINT = "run `warm plan` again and have it reviewed";

/** @throws WarmError `plan-stale` when today's plan is not the one with this digest. */
export function checkDigest(plan: Plan, expected: string): void {
  if (plan.digest === expected) return;
  const changes = plan.changes.filter(isChange);
  const named = changes.slice(0, NAMED).map(describeChange);
  const more = changes.length > NAMED ? [`and ${changes.length - NAMED} more`] : [];
  const now =
    changes.length === 0 ? " It is empty now." : ` It is now:\n  ${[...named, ...more].join("\n  ")}`;
  throw new WarmError(
    "plan-stale",
    `the plan is ${plan.digest} now, not ${expected}; nothing was done.${now}`,
    { hint: HINT },
  );
}

/** Changes that a message has room for. */
const NAMED = 10;

/** What is there is part of a plan as well: a digest moves with it. */
function describeChange({ address, action, reasons, precondition }: Change): string {
  return `${address}: ${action} (${reasons.join(", ")}), found ${describe(precondition)}`;
}

/**
 * Holds a reviewed plan against a fresh one and keeps just the reviewed changes, with what they build on. What
 * else has moved on the host is left for another plan.
 * @throws WarmError `plan-stale` that lists, by address, what was expected and what was found.
 */
export function checkSavedPlan(saved: PlanDocument, fresh: Plan, observed: Observed): Plan {
  if (saved.target.id !== observed.host.id) {
    const { endpoint } = saved.target;
    throw new WarmError("plan-stale", `the plan was made for another Docker host (${endpoint})`, {
      hint: "apply it with the `--host` that it was made with",
    });
  }
  const now = new Map(fresh.changes.map((change) => [change.address, change]));
  const reviewed = new Map(saved.changes.filter(isChange).map((change) => [change.address, change]));
  const moved = [...reviewed.values()].flatMap((change) => describeMove(change, now.get(change.address)));
  const below = new Set([...reviewed.values()].flatMap(({ dependsOn }) => dependsOn));
  const lost = [...below].flatMap((address) =>
    reviewed.has(address) ? [] : describeLoss(address, now.get(address)),
  );
  if (moved.length + lost.length > 0) {
    const list = [...moved, ...lost].join("\n  ");
    throw new WarmError("plan-stale", `the plan is stale, nothing was done:\n  ${list}`, { hint: HINT });
  }
  const kept = fresh.changes.filter(({ address }) => reviewed.has(address) || below.has(address));
  const isWhole = digestOf(kept) === saved.digest && isTextWhole(saved);
  if (isWhole) return { ...fresh, changes: kept };
  throw new WarmError("plan-stale", "the plan file does not match its own digests: it was edited", {
    hint: HINT,
  });
}

function isTextWhole({ config }: PlanDocument): boolean {
  return config.text === undefined || sha256(config.text) === config.sha256;
}

/** What a reviewed change builds on, and was as it should be then. */
function describeLoss(address: Address, found: Change | undefined): string[] {
  if (found !== undefined && !isChange(found)) return [];
  const is = found === undefined ? "gone" : `${describe(found.precondition)} (to ${found.action})`;
  return [`${address}: expected unchanged, found ${is}`];
}

function describeMove(expected: Change, found: Change | undefined): string[] {
  const { address } = expected;
  if (found === undefined) return [`${address}: expected ${describe(expected.precondition)}, found it gone`];
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
function comparable({ kind, name, action, reasons, fields, successor }: Change): string {
  const facts = fields.map(({ line: _line, ...field }) => field);
  return canonicalJson({ kind, name, action, reasons, successor, fields: facts } as unknown as Json);
}
