import { LABEL } from "../model/labels.js";
import type { ObservedContainer } from "../model/observed.js";
import type { FieldChange } from "../model/plan.js";
import type { ContainerResource } from "../model/resource.js";
import { type ContainerSpec, containerSpec, lastAppliedSalt, parseContainerSpec } from "../model/spec.js";
import {
  type Comparison,
  compareEnv,
  compareImage,
  compareLimits,
  compareNetwork,
  type FieldSources,
  fieldChange,
  reasonsOf,
  withoutSpec,
} from "./compare-fields.js";
import type { Decided } from "./decision.js";
import type { HostIndex } from "./index-observed.js";

interface Sides extends FieldSources {
  readonly resource: ContainerResource;
  readonly desired: ContainerSpec;
  readonly applied: ContainerSpec;
}

/**
 * Three-way comparison of the fields that the user set: last applied (label), observed, desired. What the
 * daemon fills in by itself is never looked at.
 */
export function compareContainer(
  resource: ContainerResource,
  current: ObservedContainer,
  index: HostIndex,
  decided: Decided,
): Comparison {
  const applied = parseContainerSpec(current.labels[LABEL.spec]);
  if (applied === undefined) return withoutSpec(LABEL.spec);
  const desired = containerSpec(resource, lastAppliedSalt(applied));
  const sides: Sides = { resource, desired, applied, current, index, decided };
  const image = compareImage(sides);
  const others = [
    ...compareName(sides),
    ...compareMount(sides),
    ...comparePort(sides),
    ...compareNetwork(sides, "update"),
  ];
  const fields = [...image, ...others, ...compareEnv(sides), ...compareLimits(sides)];
  const reasons = reasonsOf(fields, sides);
  return { fields, reasons: isRemade(decided, resource.volume) ? [...reasons, "parent-replaced"] : reasons };
}

function isRemade(decided: Decided, address: string): boolean {
  const action = decided.get(address)?.action;
  return action === "create" || action === "replace";
}

function compareName({ resource, current }: Sides): FieldChange[] {
  return current.name === resource.name
    ? []
    : [fieldChange("name", current.name, resource.name, "drift", "update")];
}

function compareMount({ resource, desired, applied, current }: Sides): FieldChange[] {
  if (applied.mount !== desired.mount) return [fieldChange("mount", applied.mount, desired.mount, "config")];
  const volume = desired.volume;
  if (current.volumes.includes(volume)) return [];
  const isConfig = applied.volume !== volume;
  const before = isConfig ? applied.volume : null;
  return [fieldChange("volume", before, resource.volume, isConfig ? "config" : "drift")];
}

/** A label without a port is of an older version and says nothing of it. */
function comparePort({ resource, applied }: Sides): FieldChange[] {
  if (applied.port === undefined || applied.port === resource.port) return [];
  return [fieldChange("port", applied.port, resource.port, "config")];
}
