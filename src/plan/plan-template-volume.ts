import { isOwned, LABEL } from "../model/labels.js";
import type { ObservedVolume } from "../model/observed.js";
import type { FieldChange, Reason } from "../model/plan.js";
import type { TemplateVolume } from "../model/resource.js";
import { seedProof, seedProofTag } from "../model/seed-proof.js";
import { parseVolumeSpec } from "../model/spec.js";
import { decideOtherUse, strangersOn } from "./decide-volume.js";
import {
  createMissing,
  type Decided,
  type Decision,
  decideForeign,
  nameConflict,
  noop,
  present,
  type Requests,
  replaceFor,
  shortId,
  useConflict,
} from "./decision.js";
import { type HostIndex, isForeign } from "./index-observed.js";

/**
 * Plans one template volume. Existence is not completeness: a volume counts only with the proof that its
 * seeding ended well (design, protocol "seeding").
 */
export function planTemplateVolume(
  resource: TemplateVolume,
  index: HostIndex,
  decided: Decided,
  requests: Requests,
): Decision {
  const volume = index.volumesByName.get(resource.name);
  const seeder = index.containersByName.get(resource.seeder);
  const precondition = volume === undefined ? undefined : present(volume.createdAt, volume.labels);
  if (seeder !== undefined && isForeign(seeder, index)) {
    return nameConflict(`container ${seeder.name}`, precondition ?? { exists: false });
  }
  if (volume === undefined || precondition === undefined) return createMissing(resource);

  const users = strangersOn(volume.name, index, requests);
  if (!isOwned(volume.labels, index.project) || volume.labels[LABEL.address] !== resource.address) {
    return decideForeign(`volume ${volume.name}`, precondition, users, requests.adopt.has(resource.address));
  }
  const otherUse = decideOtherUse(resource, volume, users, index, requests);
  if (otherUse !== undefined) return otherUse;
  const why = findSeedProblem(resource, volume, index, decided) ?? requestedReplace(resource, requests);
  if (why === undefined) return noop(precondition);
  return users.length > 0
    ? useConflict(users, precondition)
    : replaceFor(why.reason, precondition, why.fields);
}

interface SeedProblem {
  readonly reason: Reason;
  readonly fields: readonly FieldChange[];
}

/** Why a volume of ours is not ready, or undefined when it is. */
function findSeedProblem(
  resource: TemplateVolume,
  volume: ObservedVolume,
  index: HostIndex,
  decided: Decided,
): SeedProblem | undefined {
  if (index.containersByName.has(resource.seeder)) return { reason: "seed-incomplete", fields: [] };
  const carried = volume.labels[LABEL.blobImage] ?? "";
  const applied = parseVolumeSpec(volume.labels[LABEL.spec]);
  if (applied?.mount !== resource.mount) {
    return changed("mount", applied?.mount ?? null, resource.mount);
  }
  const moved = decided.get(resource.blob);
  if (moved?.action === "update") {
    return changed("blob", shortId(carried), String(moved.fields?.[0]?.after ?? "pulled again"), "drift");
  }
  const blob = index.wantedImages.get(resource.blob);
  const isNewRef = `image.${applied.blob}` !== resource.blob;
  // While the blob image is not here, its ID is unknown: of an unchanged reference, what was carried stands.
  if (blob === undefined && isNewRef)
    return changed("blob", applied.blob, resource.blob.slice("image.".length));
  if (blob !== undefined && blob.id !== carried) {
    return changed("blob", shortId(carried), shortId(blob.id), isNewRef ? "config" : "drift");
  }
  const proof = seedProof({
    tid: resource.tid,
    name: volume.name,
    createdAt: volume.createdAt,
    blobImageId: carried,
  });
  return isProven(proof, carried, index, volume) ? undefined : { reason: "seed-incomplete", fields: [] };
}

/** Either proof will do: the tag on the blob image, or the label of a container of ours that mounts the volume. */
function isProven(proof: string, blobImageId: string, index: HostIndex, volume: ObservedVolume): boolean {
  if (index.imagesByKey.get(seedProofTag(proof))?.id === blobImageId) return true;
  return (index.mountersByVolume.get(volume.name) ?? []).some(
    (container) => isOwned(container.labels, index.project) && container.labels[LABEL.seeded] === proof,
  );
}

function changed(
  path: string,
  before: string | null,
  after: string,
  cause: "config" | "drift" = "config",
): SeedProblem {
  return { reason: "seed-changed", fields: [{ path, before, after, cause, effect: "replace" }] };
}

function requestedReplace(resource: TemplateVolume, requests: Requests): SeedProblem | undefined {
  return requests.replace.has(resource.address) ? { reason: "requested", fields: [] } : undefined;
}
