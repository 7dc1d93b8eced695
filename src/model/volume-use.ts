import { LABEL, type Labels } from "./labels.js";
import type { VolumeResource } from "./resource.js";
import { parseSessionSpec, type SessionSpec } from "./spec.js";

/** The session whose work area a volume of ours is, as its label says; undefined for a template's volume. */
export function sessionOf(labels: Labels): SessionSpec | undefined {
  return parseSessionSpec(labels[LABEL.spec]);
}

/**
 * Whether a volume of ours was made for what is wanted of it now. Its name does not say: under prefix `cyan` the
 * session `b` of template `a` has the name that template `b` has under prefix `cyan-a`.
 */
export function isUsedAs(resource: VolumeResource, labels: Labels): boolean {
  const holder = sessionOf(labels);
  if (resource.role === "template") return holder === undefined;
  return holder?.session === resource.session && holder.template === resource.tid;
}
