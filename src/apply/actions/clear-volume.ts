import { readImageList, readVolumeList } from "../../docker/observe/read-lists.js";
import { WarmError } from "../../errors.js";
import { isOwned, LABEL } from "../../model/labels.js";
import { addressOf, SEED_PROOF_REPOSITORY } from "../../model/names.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Change } from "../../model/plan.js";
import type { TemplateVolume, VolumeResource } from "../../model/resource.js";
import { seedProof, seedProofTag } from "../../model/seed-proof.js";
import type { ApplyContext } from "../apply-context.js";
import { type FoundVolume, findVolume, isVolumeOf, listContainers } from "./find-seed.js";

/** Removes what a killed run left under the seeder's name, if it is ours. */
export async function removeSeeder(resource: TemplateVolume, context: ApplyContext): Promise<void> {
  const leftovers = await listContainers(context, { name: [`^/?${resource.seeder}$`] });
  for (const container of leftovers.filter(({ name }) => name === resource.seeder)) {
    if (!isOwned(container.labels, context.desired.project)) {
      throw new WarmError("name-conflict", `container ${container.name} is not ours`, {
        hint: "rename or remove it, or change `prefix`",
      });
    }
    await context.writer.containers.remove(container.id);
  }
}

/**
 * Removes the volume that stands in the way. What mounts it is stopped and removed only if this same plan makes
 * it again, ours or adopted; any other user is an error and nothing is touched.
 */
export async function clearVolume(
  change: Change,
  resource: VolumeResource,
  context: ApplyContext,
): Promise<void> {
  const found = await findVolume(resource.name, context);
  if (found === undefined) return;
  if (!isAsPlanned(change, resource, found, context)) {
    throw new WarmError("plan-stale", `volume ${resource.name} has been made since the plan`, {
      hint: "run `warm plan` again",
    });
  }
  if (resource.role === "template") await removeSeeder(resource, context);
  await removeMounters(resource.name, context);
  await context.writer.volumes.remove(resource.name);
  if (resource.role === "session") await removeProof(resource.name, found, context);
}

/**
 * Up to Docker 20.10 the creation time is the time of the last change in the volume's root, so that a seeder that
 * outlived its killed run still moves it. One of ours is ours to remove whatever its time: we hold the lock.
 */
function isAsPlanned(
  { precondition }: Change,
  resource: VolumeResource,
  found: FoundVolume,
  context: ApplyContext,
): boolean {
  return precondition.exists && (precondition.id === found.createdAt || isVolumeOf(resource, found, context));
}

async function removeMounters(volume: string, context: ApplyContext): Promise<void> {
  const mounters = await listContainers(context, { volume: [volume] });
  const stranger = mounters.find((container) => !isRemadeHere(container, context));
  if (stranger !== undefined) {
    throw new WarmError("in-use", `volume ${volume} is in use by container ${stranger.name}`, {
      hint: "remove that container, or leave the volume as it is",
    });
  }
  for (const container of mounters) {
    await context.writer.containers.stop(container.id);
    await context.writer.containers.remove(container.id);
  }
}

function isRemadeHere({ id, labels, name }: ObservedContainer, { desired, changes }: ApplyContext): boolean {
  const byName = changes.get(addressOf("container", name));
  if (!isOwned(labels, desired.project)) {
    const isPlanned = byName?.precondition.exists === true && byName.precondition.id === id;
    return isPlanned && byName.action === "replace";
  }
  const change = changes.get(labels[LABEL.address] ?? "") ?? byName;
  return change?.action === "replace" || change?.action === "delete";
}

/** Takes away the tag that proved the filling of this volume; a tag without its volume proves nothing. */
export async function removeProof(
  name: string,
  volume: FoundVolume,
  { writer }: ApplyContext,
): Promise<void> {
  const blobImageId = volume.labels[LABEL.blobImage];
  if (blobImageId === undefined) return;
  // It may have been made under another prefix; a tid has no dash.
  const tid = name.slice(name.lastIndexOf("-") + 1);
  await writer.images.untag(seedProofTag(seedProof({ tid, name, createdAt: volume.createdAt, blobImageId })));
}

const proofTagStart = (tid: string) => `${SEED_PROOF_REPOSITORY}:${tid}-`;

/** Whether the plan's snapshot had a proof of an earlier filling: only we make them, and we hold the lock. */
export function hadProofs({ tid }: TemplateVolume, { observed }: ApplyContext): boolean {
  return observed.images.some(({ keys }) => keys.some((key) => key.startsWith(proofTagStart(tid))));
}

/**
 * Takes away the tags of a template's earlier fillings, also of volumes that somebody else removed: each keeps a
 * blob image on the host. Another project may have a template of this id, so a tag stays while any volume has it.
 */
export async function removeStaleProofs({ tid }: TemplateVolume, context: ApplyContext): Promise<void> {
  const { reader } = context.host;
  const start = proofTagStart(tid);
  const query = { filters: JSON.stringify({ reference: [`${start}*`] }) };
  const images = readImageList(await reader.getJson("list seed proofs", "/images/json", { query }));
  const tags = images.flatMap(({ keys }) => keys.filter((key) => key.startsWith(start)));
  if (tags.length === 0) return;
  // Read after the tags: a tag is made while its volume stands.
  const volumes = readVolumeList(await reader.getJson("list volumes", "/volumes"));
  const standing = volumes.map(({ name, createdAt, labels }) =>
    seedProofTag(seedProof({ tid, name, createdAt, blobImageId: labels[LABEL.blobImage] ?? "" })),
  );
  for (const tag of tags.filter((tag) => !standing.includes(tag))) await context.writer.images.untag(tag);
}
