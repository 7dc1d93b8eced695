import { randomBytes } from "node:crypto";
import { toHostLimits } from "../docker/host-limits.js";
import { inspectVolume, readLastLogs } from "../docker/read-objects.js";
import type { ContainerSettings } from "../docker/write-containers.js";
import { toWarmError, WarmError } from "../errors.js";
import { canonicalJson } from "../model/canonical.js";
import { identityLabels, isOwned, LABEL } from "../model/labels.js";
import type { ContainerResource } from "../model/resource.js";
import { isSecret } from "../model/secret.js";
import { seedProof } from "../model/seed-proof.js";
import { containerSpec, containerSpecHash } from "../model/spec.js";
import type { ApplyContext } from "./apply-context.js";
import { networkId } from "./apply-network.js";
import { resolveImageId } from "./pull-image.js";
import { waitHealthy } from "./wait-healthy.js";

/**
 * Makes a template container under a name, starts it and waits until it is healthy.
 * @returns its ID. On failure it is removed again, its last log lines are in the error.
 */
export async function createHealthy(
  name: string,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<string> {
  const { writer, emit, host, limits } = context;
  const { address } = resource;
  emit({ type: "action-progress", address, action: "create", phase: "creating" });
  const settings = await createSettings(resource, context);
  const id = await limits.mutations(() => createOrTakeOver(name, settings, context));
  try {
    emit({ type: "action-progress", address, action: "create", phase: "starting" });
    await limits.mutations(() => writer.containers.start(id));
    await waitHealthy(id, resource, context);
    return id;
  } catch (error) {
    const failure = toWarmError(error);
    const logs = failure.logs.length > 0 ? failure.logs : await readLastLogs(host.reader, id);
    const { code, message, hint, cause } = failure;
    await writer.containers.remove(id).catch(() => undefined);
    throw new WarmError(code, message, { hint, cause, address, logs });
  }
}

/** A taken name is a race or a leftover of ours: ours is removed and the name asked for once more. */
async function createOrTakeOver(
  name: string,
  settings: ContainerSettings,
  context: ApplyContext,
): Promise<string> {
  const { writer, host, desired } = context;
  try {
    return await writer.containers.create(name, settings);
  } catch (error) {
    if (!(error instanceof WarmError) || error.code !== "name-conflict") throw error;
    const holder = (await host.reader.getJson("inspect a container", `/containers/${name}/json`)) as {
      Id: string;
      Config: { Labels: Record<string, string> | null };
    };
    const isOurs = isOwned(holder.Config.Labels ?? {}, desired.project);
    if (!isOurs || holder.Config.Labels?.[LABEL.address] !== settings.Labels?.[LABEL.address]) throw error;
    await writer.containers.remove(holder.Id);
    return writer.containers.create(name, settings);
  }
}

async function createSettings(
  resource: ContainerResource,
  context: ApplyContext,
): Promise<ContainerSettings> {
  const { desired, reach, resources } = context;
  const salts = new Map(Object.keys(resource.env).map((name) => [name, randomBytes(8).toString("hex")]));
  const spec = containerSpec(resource, (name) => salts.get(name) ?? "");
  const volumeName = resources.get(resource.volume)?.name ?? "";
  const networkName = resources.get(resource.network)?.name ?? "";
  const port = `${resource.port}/tcp`;
  const published = { [port]: [{ HostIp: "127.0.0.1", HostPort: "" }] };
  return {
    Image: await resolveImageId(resource.image, context),
    Env: Object.entries(resource.env).map(
      ([name, value]) => `${name}=${isSecret(value) ? value.reveal() : value}`,
    ),
    Labels: {
      ...identityLabels(desired.project, resource.address, containerSpecHash(spec)),
      [LABEL.spec]: canonicalJson(spec),
      [LABEL.seeded]: await proofOf(volumeName, resource, context),
      [LABEL.cyanprint]: "true",
    },
    ExposedPorts: { [port]: {} },
    NetworkingConfig: {
      EndpointsConfig: { [networkName]: { NetworkID: networkId(resource.network, context) } as never },
    },
    HostConfig: {
      NetworkMode: networkName,
      Mounts: [{ Type: "volume", Source: volumeName, Target: resource.mount, ReadOnly: true }],
      ...(reach === "published" ? { PortBindings: published } : {}),
      ...toHostLimits(resource.limits),
    },
  };
}

/** The second proof of a seed: it stays when somebody cleans up image tags. */
async function proofOf(
  volumeName: string,
  resource: ContainerResource,
  { host }: ApplyContext,
): Promise<string> {
  const { labels, createdAt } = await inspectVolume(host.reader, volumeName);
  const blobImageId = labels[LABEL.blobImage] ?? "";
  return seedProof({ tid: resource.tid, name: volumeName, createdAt, blobImageId });
}
