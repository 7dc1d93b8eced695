import { inspectVolume, readLastLogs } from "../docker/read-objects.js";
import { toWarmError, WarmError } from "../errors.js";
import { canonicalJson } from "../model/canonical.js";
import { identityLabels, LABEL } from "../model/labels.js";
import { SEED_PROOF_REPOSITORY } from "../model/names.js";
import type { Change } from "../model/plan.js";
import type { VolumeResource } from "../model/resource.js";
import { seedProof } from "../model/seed-proof.js";
import { volumeSpec, volumeSpecHash } from "../model/spec.js";
import type { ActionResult, ApplyContext } from "./apply-context.js";
import { clearVolume, removeSeeder } from "./clear-volume.js";
import { resolveImageId } from "./pull-image.js";

/** A blob that unpacks for longer is taken for stuck. */
const SEED_DEADLINE_MS = 15 * 60_000;

/**
 * Fills a template volume (design, protocol "seeding"): the volume is born with its seeder, and only a seeder
 * that ended with 0 leaves the proof behind. Whatever fails leaves no volume, no seeder and no proof; whatever
 * is killed leaves something that the next plan recognises.
 */
export async function seedVolume(
  change: Change,
  resource: VolumeResource,
  context: ApplyContext,
): Promise<ActionResult> {
  const { emit, unchanged } = context;
  if (change.reasons.every((reason) => reason === "seed-changed") && unchanged.has(resource.blob)) {
    unchanged.add(change.address);
    return { detail: "already seeded from this image" };
  }
  await removeSeeder(resource, context);
  await clearVolume(change, resource, context);
  emit({ type: "action-progress", address: change.address, action: change.action, phase: "seeding" });
  const blobImageId = await resolveImageId(resource.blob, context);
  const seeder = await createSeeder(resource, blobImageId, context);
  try {
    await runSeeder(resource, seeder, context);
    await proveSeed(resource, blobImageId, context);
  } catch (error) {
    throw await undoSeed(resource, seeder, toWarmError(error), context);
  }
  await context.writer.containers.remove(seeder);
  return {};
}

async function createSeeder(
  resource: VolumeResource,
  blobImageId: string,
  context: ApplyContext,
): Promise<string> {
  const { writer, desired, host } = context;
  const labels = {
    ...identityLabels(desired.project, resource.address, volumeSpecHash(resource)),
    [LABEL.cyanprint]: "true",
  };
  const volumeLabels = {
    ...labels,
    [LABEL.spec]: canonicalJson(volumeSpec(resource)),
    [LABEL.blobImage]: blobImageId,
  };
  const mount = {
    Type: "volume",
    Source: resource.name,
    Target: resource.mount,
    VolumeOptions: { Labels: volumeLabels },
  };
  const seeder = await writer.containers.create(resource.seeder, {
    Image: blobImageId,
    Labels: labels,
    HostConfig: { NetworkMode: "none", Mounts: [mount as never] },
  });
  // Docker takes an existing volume of that name without a word, and without our labels.
  const made = await inspectVolume(host.reader, resource.name);
  if (made.labels[LABEL.project] === desired.project && made.labels[LABEL.blobImage] === blobImageId)
    return seeder;
  await writer.containers.remove(seeder);
  throw new WarmError("name-conflict", `volume ${resource.name} was made by someone else meanwhile`, {
    hint: "run `warm plan` again",
  });
}

async function runSeeder(
  resource: VolumeResource,
  seeder: string,
  { writer, host, stop }: ApplyContext,
): Promise<void> {
  await writer.containers.start(seeder);
  const exitCode = await writer.containers.waitExit(seeder, SEED_DEADLINE_MS, stop.hard);
  if (exitCode === 0) return;
  throw new WarmError("seed-failed", `the blob image of ${resource.name} ended with exit code ${exitCode}`, {
    hint: "its command must unpack into the mount and exit 0",
    logs: await readLastLogs(host.reader, seeder),
  });
}

/** One call, and a name that belongs to this filling of this volume alone. */
async function proveSeed(
  resource: VolumeResource,
  blobImageId: string,
  { host, writer }: ApplyContext,
): Promise<void> {
  const { createdAt } = await inspectVolume(host.reader, resource.name);
  const proof = seedProof({ tid: resource.tid, name: resource.name, createdAt, blobImageId });
  await writer.images.tag(blobImageId, SEED_PROOF_REPOSITORY, proof);
}

/** Cleans up as far as the daemon lets; the error that is told is the first one. */
async function undoSeed(
  resource: VolumeResource,
  seeder: string,
  error: WarmError,
  { writer }: ApplyContext,
): Promise<WarmError> {
  try {
    await writer.containers.remove(seeder);
    await writer.volumes.remove(resource.name);
  } catch {
    // A seeder or a volume that stays is seen as `seed-incomplete` by the next plan.
  }
  return error;
}
