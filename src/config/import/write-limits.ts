import type { ResourceLimits } from "../../model/resource.js";
import type { FileValue } from "./entry.js";

const UNITS = ["TiB", "GiB", "MiB", "KiB"] as const;
const DAEMON_CPU_GRAIN = 1e-9;

/** Bytes in the largest unit in which they are whole: `256MiB`, or a plain number. */
export function writeSize(bytes: number): FileValue {
  const power = UNITS.findIndex((_unit, index) => bytes > 0 && bytes % 1024 ** (UNITS.length - index) === 0);
  return power === -1 ? bytes : `${bytes / 1024 ** (UNITS.length - power)}${UNITS[power]}`;
}

/**
 * The limits that hold, since those in a label may be older: they change in place.
 * @param spec of the label, whose `cpus` may have more digits than the daemon keeps
 */
export function actualLimits(
  { memoryBytes, cpus, pids }: Required<ResourceLimits>,
  spec: ResourceLimits = {},
): ResourceLimits {
  const isSame = spec.cpus !== undefined && Math.abs(spec.cpus - cpus) < DAEMON_CPU_GRAIN;
  return {
    ...(memoryBytes > 0 ? { memoryBytes } : {}),
    ...(cpus > 0 ? { cpus: isSame ? spec.cpus : cpus } : {}),
    ...(pids > 0 ? { pids } : {}),
  };
}

/** As `resources` of the file; undefined where there are none. */
export function writeLimits({
  memoryBytes,
  cpus,
  pids,
}: ResourceLimits): Record<string, FileValue> | undefined {
  const resources = {
    ...(memoryBytes === undefined ? {} : { memory: writeSize(memoryBytes) }),
    ...(cpus === undefined ? {} : { cpus }),
    ...(pids === undefined ? {} : { pids }),
  };
  return Object.keys(resources).length === 0 ? undefined : resources;
}
