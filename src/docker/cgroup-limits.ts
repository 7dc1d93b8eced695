import { readFileSync } from "node:fs";
import type { ResourceLimits } from "../model/resource.js";

/**
 * Limits of a running container as this machine's kernel holds them, or undefined where it has no such group:
 * the daemon is elsewhere, in a virtual machine, or keeps its groups in another place. A folder named by the
 * full container ID can belong to no other container, so what is read is never wrong, only missing.
 * 0 means unlimited.
 */
export function readCgroupLimits(containerId: string): Required<ResourceLimits> | undefined {
  for (const group of [`docker/${containerId}`, `system.slice/docker-${containerId}.scope`]) {
    const limits = readVersion2(group) ?? readVersion1(group);
    if (limits !== undefined) return limits;
  }
  return undefined;
}

const ROOT = "/sys/fs/cgroup";

function readVersion2(group: string): Required<ResourceLimits> | undefined {
  const memory = read(`${ROOT}/${group}/memory.max`);
  const cpu = read(`${ROOT}/${group}/cpu.max`);
  const pids = read(`${ROOT}/${group}/pids.max`);
  if (memory === undefined || cpu === undefined || pids === undefined) return undefined;
  const [quota = "max", period = "100000"] = cpu.split(" ");
  return { memoryBytes: toLimit(memory), cpus: toLimit(quota) / Number(period), pids: toLimit(pids) };
}

/** Version 1 writes "no memory limit" as the largest multiple of a page. */
const NO_LIMIT_V1 = 2 ** 62;

function readVersion1(group: string): Required<ResourceLimits> | undefined {
  const memory = read(`${ROOT}/memory/${group}/memory.limit_in_bytes`);
  const quota = read(`${ROOT}/cpu/${group}/cpu.cfs_quota_us`);
  const pids = read(`${ROOT}/pids/${group}/pids.max`);
  if (memory === undefined || quota === undefined || pids === undefined) return undefined;
  const period = Number(read(`${ROOT}/cpu/${group}/cpu.cfs_period_us`) ?? 100_000);
  const memoryBytes = Number(memory) >= NO_LIMIT_V1 ? 0 : Number(memory);
  return { memoryBytes, cpus: Math.max(0, Number(quota)) / period, pids: toLimit(pids) };
}

function toLimit(text: string): number {
  return text === "max" ? 0 : Number(text);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return undefined;
  }
}
