import { readContainerList } from "../docker/read-lists.js";
import { inspectVolume } from "../docker/read-objects.js";
import { WarmError } from "../errors.js";
import { isOwned, LABEL } from "../model/labels.js";
import type { ObservedContainer } from "../model/observed.js";
import type { Change } from "../model/plan.js";
import type { VolumeResource } from "../model/resource.js";
import { seedProof, seedProofTag } from "../model/seed-proof.js";
import type { ApplyContext } from "./apply-context.js";

/** Removes what a killed run left under the seeder's name, if it is ours. */
export async function removeSeeder(resource: VolumeResource, context: ApplyContext): Promise<void> {
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
 * Removes the volume that stands in the way, with its proof. What mounts it is stopped and removed only if this
 * same plan makes it again; any other user is an error and nothing is touched.
 */
export async function clearVolume(
  change: Change,
  resource: VolumeResource,
  context: ApplyContext,
): Promise<void> {
  const found = await findVolume(resource.name, context);
  if (found === undefined) return;
  const { precondition } = change;
  if (!precondition.exists || precondition.id !== found.createdAt) {
    throw new WarmError("plan-stale", `volume ${resource.name} has been made since the plan`, {
      hint: "run `warm plan` again",
    });
  }
  await removeMounters(resource.name, context);
  await context.writer.volumes.remove(resource.name);
  await removeProof(resource.name, found, context);
}

async function findVolume(name: string, { host }: ApplyContext) {
  try {
    return await inspectVolume(host.reader, name);
  } catch (error) {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  }
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

function isRemadeHere({ labels, name }: ObservedContainer, { desired, changes }: ApplyContext): boolean {
  if (!isOwned(labels, desired.project)) return false;
  const change = changes.get(labels[LABEL.address] ?? "") ?? changes.get(`container.${name}`);
  return change?.action === "replace" || change?.action === "delete";
}

/** Takes away the tag that proved the filling of this volume; a tag without its volume proves nothing. */
export async function removeProof(
  name: string,
  volume: { readonly labels: Readonly<Record<string, string>>; readonly createdAt: string },
  { writer, desired }: ApplyContext,
): Promise<void> {
  const blobImageId = volume.labels[LABEL.blobImage];
  if (blobImageId === undefined) return;
  const tid = name.slice(desired.prefix.length + 1);
  await writer.images.untag(seedProofTag(seedProof({ tid, name, createdAt: volume.createdAt, blobImageId })));
}

async function listContainers(
  { host }: ApplyContext,
  filters: Record<string, string[]>,
): Promise<ObservedContainer[]> {
  const query = { all: "1", filters: JSON.stringify(filters) };
  return readContainerList(await host.reader.getJson("list containers", "/containers/json", { query }));
}
