import type { Observed, ObservedContainer } from "../model/observed.js";
import type { Change, FieldValue } from "../model/plan.js";
import type { ContainerResource, Resource, ResourceLimits } from "../model/resource.js";
import { isSecret, REDACTED, saltOf } from "../model/secret.js";
import type { ContainerSpec } from "../model/spec.js";
import type { FieldSides } from "../model/status.js";
import { LIMITS } from "./wanted-fields.js";

type AppliedSpec = Pick<ContainerSpec, "env" | "limits">;

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

/** The container that a change is about, as it stands. */
export function standingOf({ precondition }: Change, observed: Observed): ObservedContainer | undefined {
  const id = precondition.exists ? precondition.id : undefined;
  return observed.containers.find((container) => container.id === id);
}

/** The environment of a container cannot change behind our back: Docker has no call for it. */
export function envSides(
  resource: Resource,
  env: ContainerResource["env"],
  applied: AppliedSpec | undefined,
): FieldSides[] {
  const names = [...new Set([...Object.keys(env), ...Object.keys(applied?.env ?? {})])].sort();
  return names.map((name) => {
    const wanted = env[name];
    const last = applied?.env[name];
    const desired = wanted === undefined ? null : isSecret(wanted) ? REDACTED : wanted;
    const printed = saltOf(last) !== undefined ? REDACTED : typeof last === "string" ? last : null;
    return side(resource, `env.${name}`, desired, applied === undefined ? undefined : printed, undefined);
  });
}

export function limitSides(
  resource: Resource,
  limits: ResourceLimits,
  applied: AppliedSpec | undefined,
  current: ObservedContainer | undefined,
): FieldSides[] {
  return LIMITS.flatMap(([path, key]) => {
    const wanted = limits[key];
    const last = applied?.limits[key];
    if (wanted === undefined && last === undefined) return [];
    return [side(resource, path, wanted ?? null, last, current?.limits?.[key])];
  });
}
