import { inspectContainer } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import type { Labels } from "../../model/labels.js";
import { incomingName, outgoingName } from "../../model/names.js";
import type { Change } from "../../model/plan.js";
import type { ContainerResource } from "../../model/resource.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";
import { waitHealthy } from "../health/wait-healthy.js";
import { networkId } from "./apply-network.js";
import { createHealthy } from "./create-container.js";
import { isContainerOf, removeLeftover } from "./remove-leftover.js";

export async function applyContainer(
  change: Change,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<ActionResult> {
  switch (change.action) {
    case "create":
      await createHealthy(resource.name, resource, context);
      return {};
    case "replace":
      return replaceContainer(change, resource, context);
    case "update":
      return updateContainer(change, resource, context);
    case "start":
      await startContainer(idOf(change), change, resource, context);
      return {};
    default:
      throw new WarmError("internal", `a container cannot be applied by \`${change.action}\``);
  }
}

function idOf({ precondition, address }: Change): string {
  if (!precondition.exists) throw new WarmError("internal", `${address}: the plan names no container`);
  return precondition.id;
}

/**
 * The successor is made beside the old container, must be healthy, takes the name, and only then is the old one
 * removed. Whatever fails before that puts the old one back. One that is adopted goes before its name is taken:
 * put aside and left there by a killed run, nothing would say that it is ours to remove.
 */
async function replaceContainer(
  change: Change,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<ActionResult> {
  if (isForUnchangedOnly(change, resource, context)) return { detail: "already made from this image" };
  const { writer } = context;
  const old = idOf(change);
  // A volume that was filled again had to lose its users first.
  const standing = await findStanding(old, context);
  if (standing === undefined) {
    await createHealthy(resource.name, resource, context);
    return {};
  }
  const incoming = await createHealthy(incomingName(resource.name), resource, context);
  if (isContainerOf(resource.address, standing.labels, context)) {
    await swapNames(old, standing.name, incoming, resource, context);
    await stopAndRemove(old, context);
  } else {
    await stopAndRemove(old, context);
    await writer.containers.rename(incoming, resource.name);
  }
  return {};
}

/**
 * A killed swap may have left the old one aside already, and beside a newer one an older one. The error that is
 * told is the one that led to undoing it; what cannot be undone is seen by the next plan.
 */
async function swapNames(
  old: string,
  name: string,
  incoming: string,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<void> {
  const { containers } = context.writer;
  const aside = outgoingName(resource.name);
  let isAside = false;
  try {
    if (name === resource.name) {
      await removeLeftover(aside, resource.address, context);
      await containers.rename(old, aside);
      isAside = true;
    }
    await containers.rename(incoming, resource.name);
  } catch (error) {
    await containers.remove(incoming).catch(() => undefined);
    if (isAside) await containers.rename(old, name).catch(() => undefined);
    throw error;
  }
}

async function stopAndRemove(id: string, { writer }: ApplyContext): Promise<void> {
  await writer.containers.stop(id);
  await writer.containers.remove(id);
}

function isForUnchangedOnly(
  { reasons }: Change,
  resource: ContainerResource,
  { unchanged }: ApplyContext,
): boolean {
  return reasons.every(
    (reason) =>
      (reason === "image-moved" && unchanged.has(resource.image)) ||
      (reason === "parent-replaced" && unchanged.has(resource.volume)),
  );
}

async function findStanding(
  id: string,
  { host }: ApplyContext,
): Promise<{ readonly name: string; readonly labels: Labels } | undefined> {
  try {
    const container = (await host.reader.getJson("inspect a container", `/containers/${id}/json`)) as {
      Name: string;
      Config: { Labels: Labels | null };
    };
    return { name: container.Name.replace(/^\//, ""), labels: container.Config.Labels ?? {} };
  } catch (error) {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  }
}

/** What Docker changes without a restart: the name, the network, the limits. */
async function updateContainer(
  change: Change,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<ActionResult> {
  const { writer } = context;
  const id = idOf(change);
  for (const field of change.fields) {
    if (field.path === "name") await writer.containers.rename(id, resource.name);
    if (field.path === "network") await moveToNetwork(id, field.before, resource, context);
  }
  if (change.fields.some((field) => field.path.startsWith("resources."))) {
    await writer.containers.updateLimits(id, resource.limits);
  }
  await startContainer(id, change, resource, context);
  return {};
}

/** An endpoint on a network that is gone stays in the container's settings under the same name, and is dropped first. */
async function moveToNetwork(
  id: string,
  before: unknown,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<void> {
  const { networks } = context.writer;
  const wanted = networkId(resource.network, context);
  const name = context.resources.get(resource.network)?.name ?? "";
  if (before === null) await networks.disconnect(name, id);
  await networks.connect(wanted, id);
  if (typeof before === "string" && before !== name) await networks.disconnect(before, id);
}

async function startContainer(
  id: string,
  change: Change,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<void> {
  const { writer, host, emit } = context;
  const { address, action, precondition } = change;
  const state = precondition.exists ? precondition.state : undefined;
  if (state === "paused") await writer.containers.unpause(id);
  // To start what runs is fine too: only where it most likely does, asking first saves the call.
  else if (state !== "running" || !(await inspectContainer(host.reader, id)).isRunning) {
    emit({ type: "action-progress", address, action, phase: "starting" });
    await writer.containers.start(id);
  }
  await waitHealthy(id, resource, context);
}
