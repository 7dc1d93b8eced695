import type { Demand } from "../model/engine.js";
import type { Desired } from "../model/resource.js";
import { readJournal } from "./journal/read-journal.js";
import { createPoolCores } from "./pool-cores.js";

/**
 * What a journal says of the pools, for who plans beside or after a watcher. Reads only.
 * @param path of the journal; without one nobody uses any engine
 */
export async function readDemand(path: string, { pools }: Desired): Promise<Demand> {
  const { records } = await readJournal(path);
  if (pools.length === 0 && records.length === 0) return new Map();
  const ignore = () => undefined;
  const cores = createPoolCores({ record: ignore, tell: ignore, onDemand: ignore, wallMs: () => Date.now() });
  const nowMs = performance.now();
  cores.configure(pools);
  cores.restore(records, nowMs);
  return new Map(cores.all().map((core) => [core.pool, core.demand(nowMs)]));
}
