import type { Json } from "../model/canonical.js";
import type { ObservedContainer } from "../model/observed.js";
import type { FieldChange, FieldValue, Reason } from "../model/plan.js";
import type { Address } from "../model/resource.js";
import { REDACTED, saltOf } from "../model/secret.js";
import type { ContainerSpec } from "../model/spec.js";
import { type Decided, shortId } from "./decision.js";
import type { HostIndex } from "./index-observed.js";
import { LIMITS } from "./wanted-fields.js";

/** What is found of one container: `replace` among the effects means that it cannot stay. */
export interface Comparison {
  readonly fields: readonly FieldChange[];
  readonly reasons: readonly Reason[];
}

/** What one look at a container needs, whatever it is made for. */
export interface FieldSources {
  readonly resource: { readonly image: Address; readonly network: Address };
  readonly desired: ComparedSpec;
  readonly applied: ComparedSpec;
  readonly current: ObservedContainer;
  readonly index: HostIndex;
  readonly decided: Decided;
}

export type ComparedSpec = Pick<ContainerSpec, "image" | "network" | "env" | "limits">;

/** A container whose label cannot be read was not made by this warm, or was tampered with. */
export function withoutSpec(label: string): Comparison {
  return { fields: [fieldChange("labels", null, label)], reasons: ["drift-field"] };
}

/** Why the fields differ, each reason once and in the order of the fields. */
export function reasonsOf(fields: readonly FieldChange[], { applied, desired }: FieldSources): Reason[] {
  const reasons = new Set<Reason>();
  for (const field of fields) {
    if (field.path === "image" && applied.image === desired.image) reasons.add("image-moved");
    else reasons.add(field.cause === "config" ? "config-changed" : "drift-field");
  }
  return [...reasons];
}

/** Images are compared by ID. Before a pull the coming ID is unknown: then the digest or the reference speaks. */
export function compareImage(sources: FieldSources): FieldChange[] {
  const { resource, desired, applied, current, index, decided } = sources;
  const before = shortId(current.imageId);
  const pending = decided.get(resource.image);
  if (applied.image !== desired.image) {
    const isSameContent =
      pending?.action === "noop" && index.wantedImages.get(resource.image)?.id === current.imageId;
    return isSameContent ? [] : [fieldChange("image", applied.image, desired.image, "config")];
  }
  if (pending?.action === "update")
    return [fieldChange("image", before, String(pending.fields?.[0]?.after ?? "pulled again"))];
  const wanted = index.wantedImages.get(resource.image);
  return wanted === undefined || wanted.id === current.imageId
    ? []
    : [fieldChange("image", before, shortId(wanted.id))];
}

/** @param effect what it takes to put the container on its network */
export function compareNetwork(sources: FieldSources, effect: FieldChange["effect"]): FieldChange[] {
  const { resource, desired, applied, current, decided } = sources;
  const pending = decided.get(resource.network);
  const precondition = pending?.precondition;
  const id = pending?.action === "noop" && precondition?.exists === true ? precondition.id : undefined;
  // A container that was never started knows its network by name only.
  const isOn = (network: { readonly id: string; readonly name: string }) =>
    network.id === id || (network.id === "" && network.name === desired.network);
  if (id !== undefined && current.networks.some(isOn)) return compareLostNetworks(sources, effect);
  if (pending?.action === "conflict") return [];
  const isConfig = applied.network !== desired.network;
  const before = isConfig ? applied.network : null;
  const lost = isConfig ? [] : compareLostNetworks(sources, effect);
  return [fieldChange("network", before, desired.network, isConfig ? "config" : "drift", effect), ...lost];
}

/**
 * A stopped container that is on a network which is gone does not start. Docker 20.10 puts one there itself when the
 * network goes while the container is being connected to it: an endpoint under the network's ID.
 */
function compareLostNetworks(
  { desired, current, index }: FieldSources,
  effect: FieldChange["effect"],
): FieldChange[] {
  if (current.state === "running" || current.state === "paused") return [];
  const isLost = ({ id, name }: { readonly id: string; readonly name: string }) =>
    ![desired.network, DEFAULT_NETWORK].includes(name) &&
    !index.observed.networks.some((network) => network.id === (id || name) || network.name === name);
  return current.networks
    .filter(isLost)
    .map(({ name }) => fieldChange("network", name, desired.network, "drift", effect));
}

/** So Docker calls its own bridge until a container first starts. */
const DEFAULT_NETWORK = "default";

export function compareEnv({ desired, applied }: FieldSources): FieldChange[] {
  const names = [...new Set([...Object.keys(applied.env), ...Object.keys(desired.env)])].sort();
  return names.flatMap((name) => {
    const [before, after] = [printable(applied.env[name]), printable(desired.env[name])];
    if (JSON.stringify(applied.env[name]) === JSON.stringify(desired.env[name])) return [];
    const isSensitive = before === REDACTED || after === REDACTED;
    const field = fieldChange(`env.${name}`, before, after, "config");
    return [{ ...field, ...(isSensitive ? { sensitive: true } : {}) }];
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
export function compareLimits({ desired, applied, current }: FieldSources): FieldChange[] {
  return LIMITS.flatMap(([path, key]): FieldChange[] => {
    const wanted = desired.limits[key];
    const last = applied.limits[key];
    if (wanted === undefined) return last === undefined ? [] : [fieldChange(path, last, null, "config")];
    const now = current.limits?.[key] ?? 0;
    if (now === wanted) return [];
    const cause = last === wanted ? "drift" : "config";
    return [fieldChange(path, now === 0 ? null : now, wanted, cause, "update")];
  });
}

export function fieldChange(
  path: string,
  before: FieldValue,
  after: FieldValue,
  cause: FieldChange["cause"] = "drift",
  effect: FieldChange["effect"] = "replace",
): FieldChange {
  return { path, before, after, cause, effect };
}
