import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ResourceLimits } from "../../model/resource.js";
import { findGroupParents } from "./cgroup-parents.js";

type Limits = Required<ResourceLimits>;

/** Limits of a running container by its full ID; 0 means unlimited, undefined that this machine has no such group. */
export type ReadCgroupLimits = (containerId: string) => Limits | undefined;

const ROOT = "/sys/fs/cgroup";

/**
 * Reads limits as this machine's kernel holds them. Where the daemon is elsewhere or in a virtual machine there
 * is nothing to read. A folder named by the full container ID can belong to no other container, so what is read
 * is never wrong, only missing. One reader is for one snapshot: it looks for Docker's folders at most once.
 */
export function createCgroupReader(root = ROOT): ReadCgroupLimits {
  const isVersion2 = existsSync(join(root, "cgroup.controllers"));
  const tree = isVersion2 ? root : join(root, "memory");
  let parents = ["docker", "system.slice"];
  let isSearched = false;

  const findGroup = (id: string): string | undefined => {
    const names = parents.flatMap((parent) => [join(parent, id), join(parent, `docker-${id}.scope`)]);
    return names.find((name) => existsSync(join(tree, name)));
  };
  return (id) => {
    let group = findGroup(id);
    if (group === undefined && !isSearched) {
      isSearched = true;
      parents = findGroupParents(tree);
      group = findGroup(id);
    }
    if (group === undefined) return undefined;
    return isVersion2 ? readVersion2(join(root, group)) : readVersion1(root, group);
  };
}

function readVersion2(group: string): Limits | undefined {
  const memory = read(`${group}/memory.max`);
  const cpu = read(`${group}/cpu.max`);
  const pids = read(`${group}/pids.max`);
  if (memory === undefined || cpu === undefined || pids === undefined) return undefined;
  const [quota = "max", period = "100000"] = cpu.split(" ");
  return { memoryBytes: toLimit(memory), cpus: toLimit(quota) / Number(period), pids: toLimit(pids) };
}

/** Version 1 writes "no memory limit" as the largest multiple of a page. */
const NO_LIMIT_V1 = 2 ** 62;

function readVersion1(root: string, group: string): Limits | undefined {
  const memory = read(`${root}/memory/${group}/memory.limit_in_bytes`);
  const quota = read(`${root}/cpu/${group}/cpu.cfs_quota_us`);
  const pids = read(`${root}/pids/${group}/pids.max`);
  if (memory === undefined || quota === undefined || pids === undefined) return undefined;
  const period = Number(read(`${root}/cpu/${group}/cpu.cfs_period_us`) ?? 100_000);
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
