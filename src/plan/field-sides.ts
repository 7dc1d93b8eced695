import type { FieldValue } from "../model/plan.js";
import type { Resource } from "../model/resource.js";
import type { FieldSides } from "../model/status.js";

/** One field of a resource from its three sides, with its line in the file. */
export function side(
  resource: Resource,
  path: string,
  desired: FieldValue,
  lastApplied: FieldValue | undefined,
  observed: FieldValue | undefined,
): FieldSides {
  return { path, desired, lastApplied, observed, line: resource.lines[path] };
}
