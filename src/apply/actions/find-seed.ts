import { readContainerList } from "../../docker/observe/read-lists.js";
import { inspectImage, inspectVolume } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import { isOwned, LABEL, type Labels } from "../../model/labels.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { TemplateVolume, VolumeResource } from "../../model/resource.js";
import { seedProof, seedProofTag } from "../../model/seed-proof.js";
import { isUsedAs } from "../../model/volume-use.js";
import type { ApplyContext } from "../apply-context.js";

/** A volume as Docker has it this moment. */
export interface FoundVolume {
  readonly labels: Labels;
  readonly createdAt: string;
}

export async function findVolume(name: string, { host }: ApplyContext): Promise<FoundVolume | undefined> {
  try {
    return await inspectVolume(host.reader, name);
  } catch (error) {
    return ifNotFound(error);
  }
}

/** Whether a volume is ours and was made for this resource. */
export function isVolumeOf(
  resource: VolumeResource,
  { labels }: FoundVolume,
  { desired }: ApplyContext,
): boolean {
  const isOurs = isOwned(labels, desired.project) && labels[LABEL.address] === resource.address;
  return isOurs && isUsedAs(resource, labels);
}

/** A volume that is filled whole, and what proves it. */
export interface Seed extends FoundVolume {
  readonly proof: string;
}

/**
 * Looks once more whether a template volume is ready (design, protocol "seeding"): a plan may be older than
 * what has become of the volume, and a container must never be made on one that is half filled.
 */
export async function findSeed(resource: TemplateVolume, context: ApplyContext): Promise<Seed | undefined> {
  const volume = await findVolume(resource.name, context);
  if (volume === undefined || !isVolumeOf(resource, volume, context)) return undefined;
  const mounters = await listContainers(context, { volume: [resource.name] });
  if (mounters.some(({ name }) => name === resource.seeder)) return undefined;
  const proof = proofOf(resource, volume);
  const isLabelled = mounters.some(
    ({ labels }) => isOwned(labels, context.desired.project) && labels[LABEL.seeded] === proof,
  );
  if (isLabelled || (await isTagged(proof, volume, context))) return { ...volume, proof };
  return undefined;
}

/**
 * The proof of a volume's seed. Nothing is served without one, whatever the plan found when it was made.
 * @throws WarmError `plan-stale` when there is none.
 */
export async function requireSeed(resource: TemplateVolume, context: ApplyContext): Promise<string> {
  const seed = await findSeed(resource, context);
  if (seed === undefined) throw unproven(resource);
  return seed.proof;
}

export function unproven({ name }: TemplateVolume): WarmError {
  return new WarmError("plan-stale", `volume ${name} is not, or no longer, filled whole`, {
    hint: "run `warm apply` again: it will be seeded",
  });
}

/** What would prove that this volume is filled. */
export function proofOf({ tid, name }: TemplateVolume, { labels, createdAt }: FoundVolume): string {
  return seedProof({ tid, name, createdAt, blobImageId: labels[LABEL.blobImage] ?? "" });
}

async function isTagged(proof: string, { labels }: FoundVolume, { host }: ApplyContext): Promise<boolean> {
  try {
    return (await inspectImage(host.reader, seedProofTag(proof))).id === labels[LABEL.blobImage];
  } catch (error) {
    return ifNotFound(error) ?? false;
  }
}

export async function listContainers(
  { host }: ApplyContext,
  filters: Record<string, string[]>,
): Promise<ObservedContainer[]> {
  const query = { all: "1", filters: JSON.stringify(filters) };
  return readContainerList(await host.reader.getJson("list containers", "/containers/json", { query }));
}

function ifNotFound(error: unknown): undefined {
  if (error instanceof WarmError && error.code === "not-found") return undefined;
  throw error;
}
