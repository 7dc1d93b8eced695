import { toWarmError, WarmError } from "../errors.js";
import type { PoolLog } from "../pool/pool-host.js";
import type { DataDirectory, StoredResult } from "./data/data-directory.js";
import { openDataDirectory } from "./data/open-data-directory.js";
import { isSameInputs, isSameOwner } from "./job-inputs.js";
import type { PreparedJob } from "./prepare-job.js";

/** The places where results land: one as a rule, more after the file has named another. */
export interface DataDirectories {
  /** @throws WarmError when it cannot be made or written to; asked again, it is tried again */
  of(dir: string): Promise<DataDirectory>;
  /**
   * Finds the result of a job where it need not be run.
   * @throws WarmError `name-conflict` when the result of another pool, or of another key, stands there
   */
  lookUp(job: PreparedJob): Promise<StoredResult | undefined>;
  /** Keeps to a budget. Never throws. */
  prune(dir: string, maxBytes: number, keep: readonly string[]): Promise<void>;
}

interface Settings {
  readonly now: () => number;
  readonly random: () => string;
  readonly log: PoolLog;
}

export function createDataDirectories({ now, random, log }: Settings): DataDirectories {
  const open = new Map<string, Promise<DataDirectory>>();
  /** One at a time: two would count the same results twice. */
  let pruning: Promise<void> = Promise.resolve();
  /** By folder: one look at all results does for the jobs that end meanwhile. */
  const due = new Map<string, { maxBytes: number; keep: readonly string[] }>();

  function of(dir: string): Promise<DataDirectory> {
    const known = open.get(dir);
    if (known !== undefined) return known;
    const data = openDataDirectory({ dir, now, random });
    const opening = data.open().then(() => data);
    open.set(dir, opening);
    opening.catch(() => open.delete(dir));
    return opening;
  }

  async function prune(dir: string, maxBytes: number, keep: readonly string[]): Promise<void> {
    try {
      const gone = await (await of(dir)).prune(maxBytes, new Set(keep));
      if (gone.length > 0)
        log.info("results pruned", {
          results: gone.length,
          bytes: gone.reduce((sum, { bytes }) => sum + bytes, 0),
        });
    } catch (error) {
      log.warn("results not pruned", { detail: toWarmError(error).message });
    }
  }

  return {
    of,
    async lookUp({ request, pool, key, hash, params, specHash, dataDir, imageId }) {
      const data = await of(dataDir);
      const found = await data.find(hash, { verify: request.verify === true });
      if (found === undefined || "broken" in found) return undefined;
      const { inputs } = found.manifest;
      if (!isSameOwner(inputs, { pool, key }))
        throw new WarmError(
          "name-conflict",
          `${found.dir} holds a result of ${inputs.pool}, which has the same key`,
          {
            hint: `give the jobs keys of their own, such as \`${pool}:{seed}\`, or another \`dataDir\``,
          },
        );
      const isWanted = isSameInputs(inputs, { pool, key, params, job: specHash, imageId });
      if (!isWanted || request.force === true) return undefined;
      await data.touch(hash);
      return found;
    },
    prune(dir, maxBytes, keep) {
      due.set(dir, { maxBytes, keep: [...(due.get(dir)?.keep ?? []), ...keep] });
      pruning = pruning.then(async () => {
        const next = due.get(dir);
        due.delete(dir);
        if (next !== undefined) await prune(dir, next.maxBytes, next.keep);
      });
      return pruning;
    },
  };
}
