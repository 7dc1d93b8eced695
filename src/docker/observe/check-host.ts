import { statfs } from "node:fs/promises";
import type { Check } from "../../model/check.js";
import type { Host } from "../connection/connect.js";
import { asRecord, asText } from "../connection/shape.js";

const LOW_DISK_BYTES = 5e9;
const NO_DISK_BYTES = 5e8;

/** What the daemon says of itself, held against what warm needs of it. Reads only. */
export async function checkHost(host: Host): Promise<Check[]> {
  const info = asRecord(await host.reader.getJson("read the host's facts", "/info"), "info");
  const { version, apiVersion, os, arch } = host.facts;
  const daemon: Check = {
    name: "daemon",
    verdict: "ok",
    detail: `Docker ${version}, API ${apiVersion}, ${os}/${arch}, storage ${asText(info.Driver)}`,
  };
  return [daemon, await checkDisk(host, asText(info.DockerRootDir)), checkLimits(info)];
}

/** Only where the daemon's disk is ours to ask. */
async function checkDisk(host: Host, root: string): Promise<Check> {
  const unknown: Check = {
    name: "disk",
    verdict: "ok",
    detail: "cannot be seen from here: the daemon's disk is not ours",
  };
  if (host.connection.endpoint.transport.kind !== "unix") return unknown;
  try {
    const { bavail, bsize } = await statfs(root);
    const free = bavail * bsize;
    const detail = `${(free / 1e9).toFixed(1)} GB free at ${root}`;
    const hint = "free some with `docker system df` and `docker image prune`";
    if (free < NO_DISK_BYTES) return { name: "disk", verdict: "failure", detail, hint };
    return free < LOW_DISK_BYTES
      ? { name: "disk", verdict: "warning", detail, hint }
      : { name: "disk", verdict: "ok", detail };
  } catch {
    return unknown;
  }
}

const LIMITS = { MemoryLimit: "memory", SwapLimit: "swap", CpuCfsQuota: "cpus", PidsLimit: "pids" } as const;

function checkLimits(info: Record<string, unknown>): Check {
  const missing = Object.entries(LIMITS).flatMap(([key, name]) => (info[key] === false ? [name] : []));
  if (missing.length === 0)
    return { name: "limits", verdict: "ok", detail: "memory, swap, cpus and pids can be limited" };
  return {
    name: "limits",
    verdict: "warning",
    detail: `the kernel does not limit ${missing.join(", ")}`,
    hint: "`resources` of that kind are ignored by Docker there",
  };
}
