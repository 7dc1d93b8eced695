import { inspectVolume } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import { canonicalJson } from "../../model/canonical.js";
import { identityLabels, LABEL } from "../../model/labels.js";
import { TOMBSTONE_REPOSITORY } from "../../model/names.js";
import type { Change } from "../../model/plan.js";
import type { SessionVolume } from "../../model/resource.js";
import { sessionVolumeSpec, volumeSpecHash } from "../../model/spec.js";
import { tombstoneTag } from "../../model/tombstone.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";
import { nameOfLockImage, withLockImage } from "../lock/lock-image.js";
import { clearVolume } from "./clear-volume.js";
import { isVolumeOf } from "./find-seed.js";

/** Makes an empty volume for a session, in place of the one that the plan says has to go. */
export async function applySessionVolume(
  change: Change,
  resource: SessionVolume,
  context: ApplyContext,
): Promise<ActionResult> {
  const { emit, writer, host, desired } = context;
  const { address, action } = change;
  if (change.precondition.exists) await clearVolume(change, resource, context);
  emit({ type: "action-progress", address, action, phase: "creating" });
  await writer.volumes.create(resource.name, {
    ...identityLabels(desired.project, resource.address, volumeSpecHash(resource)),
    [LABEL.spec]: canonicalJson(sessionVolumeSpec(resource)),
    [LABEL.cyanprint]: "true",
  });
  if (isVolumeOf(resource, await inspectVolume(host.reader, resource.name), context)) return {};
  throw new WarmError("name-conflict", `volume ${resource.name} was made by someone else meanwhile`, {
    hint: "run `warm plan` again",
  });
}

/**
 * Says on the host that a session has expired, before its volume goes: whoever is killed in between leaves a volume
 * that the next plan deletes, and never a session that comes back empty.
 */
export async function burySession(resource: SessionVolume, { writer, desired }: ApplyContext): Promise<void> {
  const tag = tombstoneTag(desired.project, resource);
  await withLockImage(writer, () => writer.images.tag(nameOfLockImage, TOMBSTONE_REPOSITORY, tag));
}
