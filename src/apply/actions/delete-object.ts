import { inspectVolume } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import { addressOf } from "../../model/names.js";
import type { Change } from "../../model/plan.js";
import { isTombstoneOf } from "../../model/tombstone.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";
import { deleteEngine } from "./apply-engine.js";
import { removeNetwork } from "./apply-network.js";
import { burySession } from "./apply-session-volume.js";
import { removeProof } from "./clear-volume.js";

/** Removes an orphan: by the ID that was planned, so that a namesake made since then stays. */
export async function deleteObject(change: Change, context: ApplyContext): Promise<ActionResult> {
  const { kind, name, precondition, address, reasons } = change;
  if (!precondition.exists) throw new WarmError("internal", `${address}: the plan names nothing to delete`);
  if (kind === "engine") return deleteEngine(change, context);
  context.emit({ type: "action-progress", address, action: "delete", phase: "removing" });
  switch (kind) {
    case "container":
      await context.writer.containers.stop(precondition.id);
      await context.writer.containers.remove(precondition.id);
      return {};
    case "volume":
      await deleteVolume(name, precondition.id, reasons.includes("expired"), context);
      return {};
    case "network":
      await removeNetwork(precondition.id, context);
      return {};
    case "image":
      if (!isTombstoneOf(context.desired.project, name))
        throw new WarmError("internal", "images are never deleted");
      // Locks of other projects may be made from it.
      await context.writer.images.untag(name, true);
      return {};
    default:
      return kind satisfies never;
  }
}

/** Volumes have no ID: the creation time tells one of a name from the next. */
async function deleteVolume(
  name: string,
  createdAt: string,
  isExpired: boolean,
  context: ApplyContext,
): Promise<void> {
  const found = await inspectVolume(context.host.reader, name).catch((error: unknown) => {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  });
  if (found !== undefined && found.createdAt !== createdAt) {
    throw new WarmError("plan-stale", `volume ${name} has been made again since the plan`, {
      hint: "run `warm plan` again",
    });
  }
  const resource = context.resources.get(addressOf("volume", name));
  if (isExpired && resource?.kind === "volume" && resource.role === "session")
    await burySession(resource, context);
  if (found === undefined) return;
  await context.writer.volumes.remove(name);
  await removeProof(name, found, context);
}
