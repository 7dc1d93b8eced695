import { inspectContainer } from "../docker/observe/read-objects.js";
import type { PoolHost } from "../pool/pool-host.js";

/** Of engines: a pool has few at a time, and each is of one image for all its life. */
const KEPT = 1_000;

/** @returns the ID of the image that a container was made from, asked for once */
export function createImageMemory(host: () => PoolHost): (containerId: string) => Promise<string> {
  const known = new Map<string, Promise<string>>();

  async function ask(containerId: string): Promise<string> {
    return (await inspectContainer(host().host.reader, containerId)).imageId;
  }

  return (containerId) => {
    const asked = known.get(containerId) ?? ask(containerId);
    known.set(containerId, asked);
    asked.catch(() => known.delete(containerId));
    for (const id of known.keys()) {
      if (known.size <= KEPT) break;
      known.delete(id);
    }
    return asked;
  };
}
