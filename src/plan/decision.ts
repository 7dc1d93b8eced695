import type { Labels } from "../model/labels.js";
import { LABEL } from "../model/labels.js";
import type { Action, Change, FieldChange, Precondition, Reason } from "../model/plan.js";
import type { Address, Resource } from "../model/resource.js";
import { wantedFields } from "./wanted-fields.js";

/** What a planner says of one desired resource. */
export interface Decision {
  readonly action: Action;
  readonly reasons: readonly Reason[];
  readonly fields?: readonly FieldChange[];
  readonly precondition: Precondition;
  readonly heldBy?: string;
  /** Where it is not what the resource depends on: a removal waits for what has to let go. */
  readonly dependsOn?: readonly Address[];
}

/** What was decided of the resources that come earlier, by address. */
export type Decided = ReadonlyMap<Address, Decision>;

/** What the user asked for on the command line, as sets. */
export interface Requests {
  readonly replace: ReadonlySet<Address>;
  readonly adopt: ReadonlySet<Address>;
}

export const ABSENT: Precondition = { exists: false };

export function createMissing(resource: Resource): Decision {
  return { action: "create", reasons: ["missing"], fields: wantedFields(resource), precondition: ABSENT };
}

export function noop(precondition: Precondition): Decision {
  return { action: "noop", reasons: [], precondition };
}

export function replaceFor(
  reason: Reason,
  precondition: Precondition,
  fields: readonly FieldChange[] = [],
): Decision {
  return { action: "replace", reasons: [reason], fields, precondition };
}

/** The name is held by an object without our labels. */
export function nameConflict(heldBy: string, precondition: Precondition): Decision {
  return { action: "conflict", reasons: ["conflict-name"], precondition, heldBy };
}

/** Containers that are not ours keep an object from being removed. */
export function useConflict(users: readonly string[], precondition: Precondition): Decision {
  const heldBy = `in use by ${users.map((name) => `container ${name}`).join(", ")}`;
  return { action: "conflict", reasons: ["conflict-in-use"], precondition, heldBy };
}

/** A foreign object with our name: left alone, unless adopting it was asked for and nobody else uses it. */
export function decideForeign(
  what: string,
  precondition: Precondition,
  users: readonly string[],
  isAdopted: boolean,
): Decision {
  if (!isAdopted) return nameConflict(what, precondition);
  return users.length > 0 ? useConflict(users, precondition) : replaceFor("requested", precondition);
}

export function present(
  id: string,
  labels: Labels,
  more: { state?: string; imageId?: string } = {},
): Precondition {
  const specHash = labels[LABEL.specHash];
  return { exists: true, id, ...(specHash === undefined ? {} : { specHash }), ...more };
}

export function toChange(resource: Resource, decision: Decision): Change {
  const { address, kind, name } = resource;
  const fields = (decision.fields ?? []).map((field) => withLine(field, resource));
  const dependsOn = decision.dependsOn ?? resource.dependsOn;
  const session = resource.kind === "volume" && resource.role === "session" ? resource.session : undefined;
  return { fields, ...pick(decision), address, kind, name, dependsOn, ...(session && { session }) };
}

function pick({ action, reasons, precondition, heldBy }: Decision) {
  return { action, reasons, precondition, ...(heldBy === undefined ? {} : { heldBy }) };
}

function withLine(field: FieldChange, resource: Resource): FieldChange {
  const line = resource.lines[field.path];
  return line === undefined ? field : { ...field, line };
}

/** The first 12 hex digits of an image or object ID, as Docker's own tools show it. */
export function shortId(id: string): string {
  return id.replace(/^sha256:/, "").slice(0, 12);
}
