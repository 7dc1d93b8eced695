import { WarmError } from "../errors.js";
import { LABEL } from "../model/labels.js";
import type { Observed } from "../model/observed.js";
import type { Change, Plan } from "../model/plan.js";
import type { Address, ContainerResource, Desired, Resource, TemplateVolume } from "../model/resource.js";
import { parseContainerSpec, parseVolumeSpec } from "../model/spec.js";
import type { Explanation, FieldSides, HealthState } from "../model/status.js";
import { shortId } from "./decision.js";
import { describeStatus } from "./describe-status.js";
import { engineSides, explainEngine, findEngine } from "./explain-engine.js";
import { explainSession, sessionSides } from "./explain-session.js";
import { envSides, limitSides, side, standingOf } from "./field-sides.js";
import { indexObserved } from "./index-observed.js";
import { suggestAddress } from "./select-changes.js";

/**
 * Lays the three sides of one resource beside each other: what the file wants, what was applied, what stands.
 * @throws WarmError `usage` for an address that the plan does not know.
 */
export function explainResource(
  address: Address,
  desired: Desired,
  observed: Observed,
  plan: Plan,
  healths: ReadonlyMap<Address, HealthState> = new Map(),
): Explanation {
  const change = plan.changes.find((change) => change.address === address);
  if (change === undefined) {
    const known = plan.changes.map((change) => change.address);
    throw new WarmError("usage", `${address}: no such resource`, { hint: suggestAddress(address, known) });
  }
  const [status] = describeStatus({ ...plan, changes: [change] }, observed, healths);
  if (status === undefined) throw new WarmError("internal", `${address} has no status`);
  const resource =
    desired.resources.find((resource) => resource.address === address) ?? findEngine(address, desired);
  return {
    status,
    action: change.action,
    fields: resource === undefined ? [] : sidesOf(resource, change, observed),
    changes: change.fields,
    facts: [...lifeOf(resource, change, desired, observed), ...collectFacts(change, plan)],
  };
}

function lifeOf(
  resource: Resource | undefined,
  change: Change,
  desired: Desired,
  observed: Observed,
): string[] {
  if (resource?.kind === "engine") return explainEngine(resource, change, observed);
  const isSession = resource?.kind === "volume" && resource.role === "session";
  return isSession ? explainSession(resource, indexObserved(observed, desired)) : [];
}

function sidesOf(resource: Resource, change: Change, observed: Observed): FieldSides[] {
  switch (resource.kind) {
    case "network": {
      const found = observed.networks.find(
        ({ id }) => change.precondition.exists && id === change.precondition.id,
      );
      return [side(resource, "driver", resource.driver, undefined, found?.driver)];
    }
    case "image": {
      const found = observed.images.find((image) => image.keys.includes(resource.lookup));
      return [
        side(resource, "image", resource.name, undefined, found === undefined ? null : shortId(found.id)),
      ];
    }
    case "volume":
      return resource.role === "session" ? sessionSides(resource, observed) : volumeSides(resource, observed);
    case "container":
      return containerSides(resource, change, observed);
    case "engine":
      return engineSides(resource, change, observed);
    default:
      return resource satisfies never;
  }
}

function volumeSides(resource: TemplateVolume, observed: Observed): FieldSides[] {
  const found = observed.volumes.find(({ name }) => name === resource.name);
  const applied = parseVolumeSpec(found?.labels[LABEL.spec]);
  const blobId = found?.labels[LABEL.blobImage];
  const blob = resource.blob.slice("image.".length);
  return [
    side(resource, "blob", blob, applied?.blob, blobId && shortId(blobId)),
    side(resource, "mount", resource.mount, applied?.mount, undefined),
  ];
}

function containerSides(resource: ContainerResource, change: Change, observed: Observed): FieldSides[] {
  const current = standingOf(change, observed);
  const applied = parseContainerSpec(current?.labels[LABEL.spec]);
  const network = resource.network.slice("network.".length);
  return [
    side(resource, "name", resource.name, undefined, current?.name),
    side(resource, "state", "running", undefined, current?.state ?? null),
    side(
      resource,
      "image",
      resource.image.slice("image.".length),
      applied?.image,
      current && shortId(current.imageId),
    ),
    side(
      resource,
      "network",
      network,
      applied?.network,
      current?.networks.map(({ name }) => name).join(", "),
    ),
    side(
      resource,
      "volume",
      resource.volume.slice("volume.".length),
      applied?.volume,
      current?.volumes.join(", "),
    ),
    side(resource, "mount", resource.mount, applied?.mount, undefined),
    ...envSides(resource, resource.env, applied),
    ...limitSides(resource, resource.limits, applied, current),
  ];
}

function collectFacts({ address, dependsOn, heldBy, reasons }: Change, plan: Plan): string[] {
  const dependents = plan.changes
    .filter((change) => change.dependsOn.includes(address))
    .map((change) => change.address);
  return [
    ...(heldBy === undefined ? [] : [reasons.includes("conflict-name") ? `held by ${heldBy}` : heldBy]),
    ...dependsOn.map((other) => `depends on ${other}`),
    ...dependents.map((other) => `${other} depends on it`),
  ];
}
