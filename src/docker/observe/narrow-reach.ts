import { readFileSync } from "node:fs";
import type { Observed } from "../../model/observed.js";
import type { Desired } from "../../model/resource.js";

/**
 * How containers are reached where we are one of them. From a container with a network of its own, what is on the machine's
 * network or published on its loopback is out of reach; containers on the same network are not.
 * @param mounts of this process, as in /proc/self/mountinfo
 */
export function narrowReach(
  reach: Observed["reach"],
  { resources, pools }: Pick<Desired, "resources" | "pools">,
  containers: Observed["containers"],
  mounts: string = readMounts(),
): Observed["reach"] {
  if (reach === "none") return reach;
  const id = findContainerId(mounts);
  // One of another daemon, if any: to this one we are on its machine.
  const own = id === undefined ? undefined : containers.find((container) => container.id === id);
  if (own === undefined) return reach;
  const ours = new Set(own.networks.map(({ name }) => name));
  if (ours.has("host")) return reach;
  const named = resources.flatMap((resource) => (resource.kind === "network" ? [resource.name] : []));
  const wanted = new Set([...named, ...pools.map(({ network }) => network.slice("network.".length))]);
  return wanted.size > 0 && [...wanted].every((name) => ours.has(name)) ? "address" : "none";
}

/** Docker mounts files of its own over /etc/hostname and its like, out of a folder that is named as the container. */
function findContainerId(mounts: string): string | undefined {
  return /\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf) \/etc\//.exec(mounts)?.[1];
}

function readMounts(): string {
  try {
    return readFileSync("/proc/self/mountinfo", "latin1");
  } catch {
    // No Linux, or no /proc: then this is no container of Docker's.
    return "";
  }
}
