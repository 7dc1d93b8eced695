import { randomBytes } from "node:crypto";
import { readLastLogs } from "../../docker/observe/read-objects.js";
import { toHostLimits } from "../../docker/write/host-limits.js";
import type { ContainerSettings } from "../../docker/write/write-containers.js";
import { toWarmError, WarmError } from "../../errors.js";
import { canonicalJson } from "../../model/canonical.js";
import { identityLabels, LABEL } from "../../model/labels.js";
import type { Address, ContainerResource, TemplateVolume } from "../../model/resource.js";
import { isSecret } from "../../model/secret.js";
import { containerSpec, containerSpecHash, volumeSpecHash } from "../../model/spec.js";
import { type ApplyContext, actionOn } from "../apply-context.js";
import { waitHealthy } from "../health/wait-healthy.js";
import { networkId } from "./apply-network.js";
import { findVolume, proofOf, requireSeed, unproven } from "./find-seed.js";
import { NO_NEW_PRIVILEGES } from "./hardening.js";
import { resolveImageId } from "./pull-image.js";
import { removeLeftover } from "./remove-leftover.js";

/**
 * Makes a template container under a name, starts it and waits until it is healthy.
 * @returns its ID. On failure it is removed again, its last log lines are in the error.
 */
export async function createHealthy(
  name: string,
  resource: ContainerResource,
  context: ApplyContext,
): Promise<string> {
  const { writer, emit, host } = context;
  const { address } = resource;
  const action = actionOn(address, context);
  emit({ type: "action-progress", address, action, phase: "creating" });
  const volume = volumeOf(resource, context);
  const proof = context.proofs.get(volume.address) ?? (await requireSeed(volume, context));
  const settings = await createSettings(resource, proof, context);
  const isSuccessor = name !== resource.name;
  const id = await (isSuccessor
    ? createOrTakeOver(name, address, settings, context)
    : writer.containers.create(name, settings));
  try {
    // Docker makes a volume that went missing since then anew with the container.
    const mounted = await findVolume(volume.name, context);
    if (mounted === undefined || proofOf(volume, mounted) !== proof) throw unproven(volume);
    emit({ type: "action-progress", address, action, phase: "starting" });
    await writer.containers.start(id);
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

/**
 * A successor's name is taken by what a killed swap left: ours is removed and the name asked for once more. The
 * container's own name was free when it was planned, so who has that now is another writer at work.
 */
async function createOrTakeOver(
  name: string,
  address: Address,
  settings: ContainerSettings,
  context: ApplyContext,
): Promise<string> {
  const { containers } = context.writer;
  try {
    return await containers.create(name, settings);
  } catch (error) {
    if (!(error instanceof WarmError) || error.code !== "name-conflict") throw error;
    await removeLeftover(name, address, context);
    return containers.create(name, settings);
  }
}

async function createSettings(
  resource: ContainerResource,
  proof: string,
  context: ApplyContext,
): Promise<ContainerSettings> {
  const { desired, observed, resources } = context;
  const volume = volumeOf(resource, context);
  const salts = new Map(Object.keys(resource.env).map((name) => [name, randomBytes(8).toString("hex")]));
  const spec = containerSpec(resource, (name) => salts.get(name) ?? "");
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
      // The second proof of the seed: it stays when somebody cleans up image tags.
      [LABEL.seeded]: proof,
      [LABEL.cyanprint]: "true",
    },
    ExposedPorts: { [port]: {} },
    NetworkingConfig: {
      EndpointsConfig: { [networkName]: { NetworkID: networkId(resource.network, context) } as never },
    },
    HostConfig: {
      NetworkMode: networkName,
      Mounts: [seedMount(volume, resource.mount, desired.project) as never],
      ...(observed.reach === "published" ? { PortBindings: published } : {}),
      ...toHostLimits(resource.limits),
      ...NO_NEW_PRIVILEGES,
    },
  };
}

function volumeOf({ volume }: ContainerResource, { resources }: ApplyContext): TemplateVolume {
  const resource = resources.get(volume);
  if (resource?.kind === "volume" && resource.role === "template") return resource;
  throw new WarmError("internal", `${volume} is no template volume of this project`);
}

/**
 * Read-only and without the image's own files at that place, so that nothing but the blob's content is served. An
 * existing volume keeps its labels; with these, one that Docker makes anew is seen to be ours and unseeded.
 */
function seedMount(volume: TemplateVolume, target: string, project: string) {
  const labels = identityLabels(project, volume.address, volumeSpecHash(volume));
  const options = { NoCopy: true, Labels: labels };
  return { Type: "volume", Source: volume.name, Target: target, ReadOnly: true, VolumeOptions: options };
}
