import type { HostReader } from "../connection/host-reader.js";
import { asNumber, asRecord } from "../connection/shape.js";

/**
 * What a container's processes use: without the cache of files that the kernel gives back when it has to, as
 * `docker stats` counts it.
 * @returns bytes; 0 when it does not run, or the host does not count
 * @throws WarmError of the docker edge; `not-found` when there is no such container
 */
export async function readMemoryUse(reader: HostReader, id: string, cancel?: AbortSignal): Promise<number> {
  const path = `/containers/${id}/stats`;
  // Without `one-shot` the daemon takes two samples, a second apart.
  const query = { "stream": "false", "one-shot": "true" };
  return memoryInUse(await reader.getJson("read a container's memory use", path, { query, cancel }));
}

/** `GET /containers/<id>/stats`: the two versions of cgroups call the same thing by two names. */
export function memoryInUse(answer: unknown): number {
  const memory = asRecord(asRecord(answer, "stats").memory_stats ?? {}, "stats.memory_stats");
  const usage = asNumber(memory.usage, "memory_stats.usage");
  const { total_inactive_file, inactive_file } = asRecord(memory.stats ?? {}, "memory_stats.stats");
  const cache = asNumber(total_inactive_file ?? inactive_file, "memory_stats.stats.inactive_file");
  return cache < usage ? usage - cache : usage;
}
