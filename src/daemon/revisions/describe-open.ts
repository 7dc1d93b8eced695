import type { Hold } from "../../model/daemon-status.js";
import type { Address } from "../../model/resource.js";
import type { Verdict } from "./judge-revision.js";

/** In a clause, why a revision is not applied yet; undefined where nothing is open. */
export function describeOpen(verdict: Verdict, held: ReadonlyMap<Address, Hold>): string | undefined {
  if (verdict.kind === "applied") return undefined;
  if (verdict.kind === "failed") return verdict.failure.message;
  const [first, ...more] = verdict.changes;
  if (first === undefined) return undefined;
  const hold = first.action === "conflict" ? "conflict" : held.get(first.address);
  const rest = more.length === 0 ? "" : `, and ${more.length} more`;
  return `${first.address} is ${hold === undefined || hold === "in-flight" ? "being worked on" : `left alone for now (${hold})`}${rest}`;
}
