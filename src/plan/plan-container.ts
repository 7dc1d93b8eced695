import { isOwned, LABEL } from "../model/labels.js";
import { incomingName, outgoingName } from "../model/names.js";
import type { ObservedContainer } from "../model/observed.js";
import type { FieldChange, Precondition, Reason } from "../model/plan.js";
import type { ContainerResource } from "../model/resource.js";
import { compareContainer } from "./compare-container.js";
import {
  createMissing,
  type Decided,
  type Decision,
  decideForeign,
  noop,
  present,
  type Requests,
  replaceFor,
} from "./decision.js";
import type { HostIndex } from "./index-observed.js";

/** Plans one template container from what was applied, what stands and what is wanted. */
export function planContainer(
  resource: ContainerResource,
  index: HostIndex,
  decided: Decided,
  requests: Requests,
): Decision {
  const holder = index.containersByName.get(resource.name);
  if (holder !== undefined && !isSame(holder, resource, index)) {
    const what = isOwned(holder.labels, index.project)
      ? (holder.labels[LABEL.address] ?? "another object of ours")
      : `container ${holder.name}`;
    return decideForeign(what, presentContainer(holder), [], requests.adopt.has(resource.address));
  }
  const current = holder ?? findUnderOtherName(resource, index);
  if (current === undefined) return createMissing(resource);
  const precondition = presentContainer(current);
  const seen = compareContainer(resource, current, index, decided);
  if (requests.replace.has(resource.address)) return replaceFor("requested", precondition, seen.fields);
  return judge(current, precondition, seen.fields, seen.reasons);
}

/** Whether the labels of a container say that it was made as this resource. */
export function isSame(
  { labels }: ObservedContainer,
  { address }: ContainerResource,
  { project }: HostIndex,
): boolean {
  return isOwned(labels, project) && labels[LABEL.address] === address;
}

/**
 * The container of this address when nobody has its name: renamed by hand, or put aside by a swap that was
 * killed. A half-made successor never counts; it is surplus.
 */
export function findUnderOtherName(
  resource: ContainerResource,
  index: HostIndex,
): ObservedContainer | undefined {
  const own = (index.ownedByAddress.get(resource.address) ?? []).filter(
    (container) => container.name !== incomingName(resource.name),
  );
  return (
    own.find((container) => container.name === outgoingName(resource.name)) ??
    own.toSorted((a, b) => (a.name < b.name ? -1 : 1))[0]
  );
}

function judge(
  current: ObservedContainer,
  precondition: Precondition,
  fields: readonly FieldChange[],
  because: readonly Reason[],
): Decision {
  const reasons = [...new Set([...because, ...stateReasons(current)])];
  const isBeyondRepair =
    current.state === "dead" || current.state === "removing" || current.health === "unhealthy";
  if (
    isBeyondRepair ||
    because.includes("parent-replaced") ||
    fields.some((field) => field.effect === "replace")
  ) {
    return { action: "replace", reasons, fields, precondition };
  }
  if (fields.length > 0) return { action: "update", reasons, fields, precondition };
  if (reasons.length > 0) return { action: "start", reasons, precondition };
  return noop(precondition);
}

function stateReasons(current: ObservedContainer): Reason[] {
  if (current.health === "unhealthy") return ["drift-unhealthy"];
  const runs = current.state === "running" || current.state === "restarting";
  return runs ? [] : ["drift-stopped"];
}

export function presentContainer(container: ObservedContainer): Precondition {
  return present(container.id, container.labels, { state: container.state, imageId: container.imageId });
}
