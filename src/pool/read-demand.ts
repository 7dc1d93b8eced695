import { stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Demand } from "../model/engine.js";
import type { Desired } from "../model/resource.js";
import { readJournal } from "./journal/read-journal.js";
import { createPoolCores } from "./pool-cores.js";

/** How long nothing has been written in the state directory. */
async function silenceMs(path: string): Promise<number> {
  const files = [path, join(dirname(dirname(path)), "status.json")];
  const times = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  );
  return Math.max(0, Date.now() - Math.max(...times));
}

/**
 * What a journal says of the pools, for who plans beside or after a watcher. Reads only.
 * @param path of the journal; without one nobody uses any engine
 */
export async function readDemand(path: string, { pools }: Desired): Promise<Demand> {
  const { records } = await readJournal(path);
  if (pools.length === 0 && records.length === 0) return new Map();
  const ignore = () => undefined;
  const cores = createPoolCores({ record: ignore, tell: ignore, onDemand: ignore, wallMs: () => Date.now() });
  const restoredMs = performance.now();
  cores.configure(pools);
  cores.restore(records, restoredMs);
  // A watcher that runs writes its status in every interval: what one that is gone left behind ends in its time too.
  const nowMs = restoredMs + (await silenceMs(path));
  for (const core of cores.all()) core.tick(nowMs);
  return new Map(cores.all().map((core) => [core.pool, core.demand(nowMs)]));
}
