import type { Json } from "../model/canonical.js";
import { LABEL } from "../model/labels.js";
import type { ObservedContainer } from "../model/observed.js";
import type { FieldChange, FieldValue, Reason } from "../model/plan.js";
import type { ContainerResource } from "../model/resource.js";
import { REDACTED, saltOf } from "../model/secret.js";
import { type ContainerSpec, containerSpec, lastAppliedSalt, parseContainerSpec } from "../model/spec.js";
import { type Decided, shortId } from "./decision.js";
import type { HostIndex } from "./index-observed.js";
import { LIMITS } from "./wanted-fields.js";

export interface Comparison {
  readonly fields: readonly FieldChange[];
  readonly reasons: readonly Reason[];
}

/** What one look at a container needs. */
interface Sides {
  readonly resource: ContainerResource;
  readonly desired: ContainerSpec;
  readonly applied: ContainerSpec;
  readonly current: ObservedContainer;
  readonly index: HostIndex;
  readonly decided: Decided;
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
  if (applied === undefined) {
    const field = {
      path: "labels",
      before: null,
      after: LABEL.spec,
      cause: "drift",
      effect: "replace",
    } as const;
    return { fields: [field], reasons: ["drift-field"] };
  }
  const desired = containerSpec(resource, lastAppliedSalt(applied));
  const sides: Sides = { resource, desired, applied, current, index, decided };
  const image = compareImage(sides);
  const others = [
    ...compareName(sides),
    ...compareMount(sides),
    ...comparePort(sides),
    ...compareNetwork(sides),
  ];
  const fields = [...image, ...others, ...compareEnv(sides), ...compareLimits(sides)];
  return { fields, reasons: reasonsFor(fields, sides) };
}

function reasonsFor(
  fields: readonly FieldChange[],
  { resource, decided, applied, desired }: Sides,
): Reason[] {
  const reasons = new Set<Reason>();
  for (const field of fields) {
    if (field.path === "image" && applied.image === desired.image) reasons.add("image-moved");
    else reasons.add(field.cause === "config" ? "config-changed" : "drift-field");
  }
  if (isRemade(decided, resource.volume)) reasons.add("parent-replaced");
  return [...reasons];
}

function isRemade(decided: Decided, address: string): boolean {
  const action = decided.get(address)?.action;
  return action === "create" || action === "replace";
}

/** Images are compared by ID. Before a pull the coming ID is unknown: then the digest or the reference speaks. */
function compareImage({ resource, desired, applied, current, index, decided }: Sides): FieldChange[] {
  const before = shortId(current.imageId);
  const pending = decided.get(resource.image);
  if (applied.image !== desired.image) {
    const isSameContent =
      pending?.action === "noop" && index.wantedImages.get(resource.image)?.id === current.imageId;
    return isSameContent ? [] : [change("image", applied.image, desired.image, "config")];
  }
  if (pending?.action === "update")
    return [change("image", before, String(pending.fields?.[0]?.after ?? "pulled again"))];
  const wanted = index.wantedImages.get(resource.image);
  return wanted === undefined || wanted.id === current.imageId
    ? []
    : [change("image", before, shortId(wanted.id))];
}

function compareName({ resource, current }: Sides): FieldChange[] {
  return current.name === resource.name
    ? []
    : [change("name", current.name, resource.name, "drift", "update")];
}

function compareMount({ resource, desired, applied, current }: Sides): FieldChange[] {
  if (applied.mount !== desired.mount) return [change("mount", applied.mount, desired.mount, "config")];
  const volume = desired.volume;
  if (current.volumes.includes(volume)) return [];
  const isConfig = applied.volume !== volume;
  return [change("volume", isConfig ? applied.volume : null, resource.volume, isConfig ? "config" : "drift")];
}

/** A label without a port is of an older version and says nothing of it. */
function comparePort({ resource, applied }: Sides): FieldChange[] {
  if (applied.port === undefined || applied.port === resource.port) return [];
  return [change("port", applied.port, resource.port, "config")];
}

function compareNetwork({ resource, desired, applied, current, decided }: Sides): FieldChange[] {
  const pending = decided.get(resource.network);
  const precondition = pending?.precondition;
  const id = pending?.action === "noop" && precondition?.exists === true ? precondition.id : undefined;
  // A container that was never started knows its network by name only.
  const isOn = (network: { readonly id: string; readonly name: string }) =>
    network.id === id || (network.id === "" && network.name === desired.network);
  if (id !== undefined && current.networks.some(isOn)) return [];
  if (pending?.action === "conflict") return [];
  const isConfig = applied.network !== desired.network;
  const before = isConfig ? applied.network : null;
  return [change("network", before, desired.network, isConfig ? "config" : "drift", "update")];
}

function compareEnv({ desired, applied }: Sides): FieldChange[] {
  const names = [...new Set([...Object.keys(applied.env), ...Object.keys(desired.env)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [printable(applied.env[name]), printable(desired.env[name])];
    if (JSON.stringify(applied.env[name]) === JSON.stringify(desired.env[name])) return [];
    const isSensitive = before === REDACTED || after === REDACTED;
    return [
      { ...change(`env.${name}`, before, after, "config"), ...(isSensitive ? { sensitive: true } : {}) },
    ];
  });
}

function printable(value: Json | undefined): FieldValue {
  if (saltOf(value) !== undefined) return REDACTED;
  return typeof value === "string" ? value : null;
}

/**
 * Limits change in place. Taking one away does not: Docker reads a zero as "leave it", so that replaces. What
 * stands is no witness for the cause: after a change in place the label tells of an older wish.
 */
function compareLimits({ desired, applied, current }: Sides): FieldChange[] {
  return LIMITS.flatMap(([path, key]): FieldChange[] => {
    const wanted = desired.limits[key];
    const last = applied.limits[key];
    if (wanted === undefined) return last === undefined ? [] : [change(path, last, null, "config")];
    const now = current.limits?.[key] ?? 0;
    if (now === wanted) return [];
    return [change(path, now === 0 ? null : now, wanted, last === wanted ? "drift" : "config", "update")];
  });
}

function change(
  path: string,
  before: FieldValue,
  after: FieldValue,
  cause: FieldChange["cause"] = "drift",
  effect: FieldChange["effect"] = "replace",
): FieldChange {
  return { path, before, after, cause, effect };
}
