import { inspectContainer, inspectVolume, readLastLogs } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import { canonicalJson } from "../../model/canonical.js";
import { identityLabels, LABEL } from "../../model/labels.js";
import { SEED_PROOF_REPOSITORY } from "../../model/names.js";
import type { Change } from "../../model/plan.js";
import type { TemplateVolume } from "../../model/resource.js";
import { parseVolumeSpec, volumeSpec, volumeSpecHash } from "../../model/spec.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";
import { clearVolume, hadProofs, removeSeeder, removeStaleProofs } from "./clear-volume.js";
import { findSeed, findVolume, isVolumeOf, proofOf } from "./find-seed.js";
import { SEEDER_HARDENING } from "./hardening.js";
import { resolveImageId } from "./pull-image.js";

/** A blob that unpacks for longer is taken for stuck. */
const SEED_DEADLINE_MS = 15 * 60_000;
const COMMAND_HINT = "its command must unpack into the mount and exit 0";

/**
 * Fills a template volume (design, protocol "seeding"): the volume is born with its seeder, and only a seeder
 * that ended with 0 leaves the proof behind. Whatever fails leaves no volume, no seeder and no proof; whatever
 * is killed leaves something that the next plan recognises.
 */
export async function seedVolume(
  change: Change,
  resource: TemplateVolume,
  context: ApplyContext,
): Promise<ActionResult> {
  const { emit, proofs, unchanged, writer } = context;
  const { address, action } = change;
  const blobImageId = await resolveImageId(resource.blob, context);
  if (await isGoodAlready(change, resource, blobImageId, context)) {
    unchanged.add(address);
    return { detail: "already seeded from this image" };
  }
  if (change.precondition.exists) await clearVolume(change, resource, context);
  if (hadProofs(resource, context)) await removeStaleProofs(resource, context);
  emit({ type: "action-progress", address, action, phase: "seeding" });
  let seeder: string | undefined;
  let proof: string;
  try {
    seeder = await createSeeder(resource, blobImageId, context);
    await runSeeder(resource, seeder, context);
    proof = await proveSeed(resource, seeder, blobImageId, context);
  } catch (error) {
    await undoSeed(resource, seeder, context);
    throw asBlobProblem(error, resource);
  }
  await writer.containers.remove(seeder);
  proofs.set(address, proof);
  return {};
}

/** A tag that has moved may turn out to name the very image that the volume was filled from. */
async function isGoodAlready(
  { reasons }: Change,
  resource: TemplateVolume,
  blobImageId: string,
  context: ApplyContext,
): Promise<boolean> {
  if (!context.unchanged.has(resource.blob) || reasons.some((reason) => reason !== "seed-changed"))
    return false;
  const labels = (await findSeed(resource, context))?.labels ?? {};
  return (
    labels[LABEL.blobImage] === blobImageId && parseVolumeSpec(labels[LABEL.spec])?.mount === resource.mount
  );
}

async function createSeeder(
  resource: TemplateVolume,
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
  const settings = {
    Image: blobImageId,
    Labels: labels,
    HostConfig: { ...SEEDER_HARDENING, Mounts: [mount as never] },
  };
  const seeder = await writer.containers.create(resource.seeder, settings).catch(async (error: unknown) => {
    if (!(error instanceof WarmError) || error.code !== "name-conflict") throw error;
    await removeSeeder(resource, context);
    return writer.containers.create(resource.seeder, settings);
  });
  // Docker takes an existing volume of that name without a word, and without our labels.
  const made = await inspectVolume(host.reader, resource.name);
  if (isVolumeOf(resource, made, context) && made.labels[LABEL.blobImage] === blobImageId) return seeder;
  await writer.containers.remove(seeder);
  throw new WarmError("name-conflict", `volume ${resource.name} was made by someone else meanwhile`, {
    hint: "run `warm plan` again",
  });
}

async function runSeeder(
  resource: TemplateVolume,
  seeder: string,
  { writer, host, stop }: ApplyContext,
): Promise<void> {
  await writer.containers.start(seeder);
  const exitCode = await writer.containers.waitExit(seeder, SEED_DEADLINE_MS, stop.hard);
  if (exitCode === 0) return;
  throw new WarmError("seed-failed", `the blob image of ${resource.name} ended with exit code ${exitCode}`, {
    hint: COMMAND_HINT,
    logs: await readLastLogs(host.reader, seeder),
  });
}

/**
 * One call, and a name that belongs to this filling of this volume alone. A volume cannot go while it is mounted,
 * so it is the one that was filled if its seeder still stands after a look at it: another run that took our lock
 * may have begun to fill a new one under this name.
 */
async function proveSeed(
  resource: TemplateVolume,
  seeder: string,
  blobImageId: string,
  { host, writer }: ApplyContext,
): Promise<string> {
  const proof = proofOf(resource, await inspectVolume(host.reader, resource.name));
  await inspectContainer(host.reader, seeder);
  await writer.images.tag(blobImageId, SEED_PROOF_REPOSITORY, proof);
  return proof;
}

/**
 * Cleans up as far as the daemon lets; the error that is told is the one that led here.
 * @param seeder undefined when making it failed: it may have been made all the same
 */
async function undoSeed(
  resource: TemplateVolume,
  seeder: string | undefined,
  context: ApplyContext,
): Promise<void> {
  const { writer } = context;
  try {
    // By its ID: the name may be another run's by now, if we lost the lock.
    if (seeder === undefined) await removeSeeder(resource, context);
    else await writer.containers.remove(seeder);
    const volume = await findVolume(resource.name, context);
    if (volume === undefined || !isVolumeOf(resource, volume, context)) return;
    await writer.volumes.remove(resource.name);
    await removeStaleProofs(resource, context);
  } catch {
    // A seeder or a volume that stays is seen as `seed-incomplete` by the next plan.
  }
}

/** A blob image that Docker will not run at all fails like one that ends badly. */
function asBlobProblem(error: unknown, { name }: TemplateVolume): unknown {
  if (!(error instanceof WarmError) || error.code !== "rejected") return error;
  const message = `the blob image of ${name} cannot be run: ${error.message}`;
  return new WarmError("seed-failed", message, { hint: COMMAND_HINT, cause: error });
}
