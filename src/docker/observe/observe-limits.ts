import pLimit from "p-limit";
import { isOwned, LABEL } from "../../model/labels.js";
import { parseEngineAddress } from "../../model/names.js";
import type { ObservedContainer } from "../../model/observed.js";
import type { Address, Desired, ResourceLimits } from "../../model/resource.js";
import type { Host } from "../connection/connect.js";
import type { HostReader } from "../connection/host-reader.js";
import { asNumber, asRecord } from "../connection/shape.js";
import { createCgroupReader } from "./cgroup-limits.js";
import type { HostMemory } from "./host-memory.js";

const INSPECTS_AT_ONCE = 16;

/**
 * Adds the limits that really hold to our containers that ask for some. The container list does not carry them
 * and one inspect each would make a plan cost a call per container, so on this machine the kernel's own files
 * are read first; the daemon is asked only about a container whose files are missing or disagree.
 * @param memory of earlier looks; default none
 */
export async function observeLimits(
  host: Host,
  desired: Desired,
  containers: readonly ObservedContainer[],
  cancel: AbortSignal | undefined,
  memory?: HostMemory,
): Promise<readonly ObservedContainer[]> {
  const remembered = memory?.withLimits(containers);
  if (remembered !== undefined) return remembered;
  const wantedOf = createWantedLimits(desired);
  const isLocal = host.connection.endpoint.transport.kind === "unix";
  const readKernel = createCgroupReader();
  const limit = pLimit(INSPECTS_AT_ONCE);
  async function readLimits({ id, state }: ObservedContainer, limits: ResourceLimits) {
    const kernel = isLocal && (state === "running" || state === "paused") ? readKernel(id) : undefined;
    // What agrees is told as it is wanted: the planner compares strictly.
    if (kernel !== undefined && agrees(kernel, limits)) return { ...kernel, ...limits };
    const inspected = await limit(() => inspectLimits(host.reader, id, cancel));
    return inspected && { ...inspected, ...asWritten(inspected, limits) };
  }

  const result = await Promise.all(
    containers.map(async (container) => {
      const asked = wantedOf(container.labels[LABEL.address] ?? "");
      if (asked === undefined || !isOwned(container.labels, desired.project)) return container;
      const recalled = memory?.limitsOf(container.id);
      const limits = recalled ?? (await readLimits(container, asked));
      if (limits === undefined) return container;
      if (recalled === undefined) memory?.rememberLimits(container.id, limits);
      return { ...container, limits };
    }),
  );
  memory?.rememberWithLimits(containers, result);
  return result;
}

/** Adds the limits of all our containers as the daemon tells them, at the price of a call for each. */
export async function observeEveryLimit(
  { reader }: Host,
  project: string,
  containers: readonly ObservedContainer[],
  cancel: AbortSignal | undefined,
): Promise<readonly ObservedContainer[]> {
  const limit = pLimit(INSPECTS_AT_ONCE);
  return Promise.all(
    containers.map(async (container) => {
      if (!isOwned(container.labels, project)) return container;
      const limits = await limit(() => inspectLimits(reader, container.id, cancel));
      return limits === undefined ? container : { ...container, limits };
    }),
  );
}

/** What is asked for at an address, if anything: a template container's own limits, or those of an engine's pool. */
function createWantedLimits({ resources, pools }: Desired): (address: Address) => ResourceLimits | undefined {
  const wanted = new Map<Address, ResourceLimits>();
  for (const resource of resources) {
    if (resource.kind === "container") wanted.set(resource.address, resource.limits);
  }
  const ofPools = new Map<string, ResourceLimits>();
  for (const { id, limits } of pools) {
    const { swapBytes: _fixed, ...inPlace } = limits;
    ofPools.set(id, inPlace);
  }
  return (address) => {
    const limits = wanted.get(address) ?? ofPools.get(parseEngineAddress(address)?.pool ?? "");
    return limits === undefined || Object.keys(limits).length === 0 ? undefined : limits;
  };
}

const PAGE = 4096;
/** Docker gives the kernel whole microseconds of a period of 100 ms. */
const KERNEL_CPU_GRAIN = 1e-5;
const DAEMON_CPU_GRAIN = 1e-9;

/** The kernel rounds memory down to pages and CPU time to its grain. Only what is wanted is compared. */
function agrees(kernel: Required<ResourceLimits>, wanted: ResourceLimits): boolean {
  const { memoryBytes, cpus, pids } = wanted;
  const isMemory = memoryBytes === undefined || kernel.memoryBytes === memoryBytes - (memoryBytes % PAGE);
  return (
    isMemory &&
    (cpus === undefined || Math.abs(kernel.cpus - cpus) < 2 * KERNEL_CPU_GRAIN) &&
    (pids === undefined || kernel.pids === pids)
  );
}

/** The daemon keeps nine digits of `cpus`: more of them in the file are no difference. */
function asWritten(inspected: Required<ResourceLimits>, { cpus }: ResourceLimits): ResourceLimits {
  return cpus !== undefined && Math.abs(inspected.cpus - cpus) < DAEMON_CPU_GRAIN ? { cpus } : {};
}

/** Undefined when the container has gone since it was listed: the next pass sees that. */
async function inspectLimits(
  reader: HostReader,
  id: string,
  cancel: AbortSignal | undefined,
): Promise<Required<ResourceLimits> | undefined> {
  const answer = await reader
    .getJson("inspect a container", `/containers/${id}/json`, { cancel })
    .catch((error) => {
      if (error.code === "not-found") return undefined;
      throw error;
    });
  if (answer === undefined) return undefined;
  const config = asRecord(asRecord(answer, "container").HostConfig, "container.HostConfig");
  return {
    memoryBytes: asNumber(config.Memory, "HostConfig.Memory"),
    cpus: asNumber(config.NanoCpus, "HostConfig.NanoCpus") / 1e9,
    pids: Math.max(0, asNumber(config.PidsLimit, "HostConfig.PidsLimit")),
  };
}
