import { WarmError } from "../../errors.js";
import type { CachedResult } from "../../jobs/data/data-directory.js";
import { makeVisible } from "../../report/text/make-visible.js";

/** Which results are to go. */
export type Choice =
  /** The least recently used, until so many bytes are left. */
  | { readonly type: "size"; readonly maxBytes: number }
  /** Those that were not used for so long. */
  | { readonly type: "age"; readonly olderThanMs: number }
  /** One, by its hash or the beginning of it. */
  | { readonly type: "hash"; readonly hash: string };

/**
 * @param results least recently used first
 * @throws WarmError `not-found` or `usage` when a hash means none of them, or several
 */
export function chooseResults(
  results: readonly CachedResult[],
  choice: Choice,
  nowMs: number,
): readonly CachedResult[] {
  switch (choice.type) {
    case "size":
      return chooseBySize(results, choice.maxBytes);
    case "age":
      return results.filter(({ usedAtMs }) => nowMs - usedAtMs > choice.olderThanMs);
    case "hash":
      return [findByHash(results, choice.hash)];
    default:
      return choice satisfies never;
  }
}

function chooseBySize(results: readonly CachedResult[], maxBytes: number): readonly CachedResult[] {
  let left = results.reduce((sum, { bytes }) => sum + bytes, 0);
  const firstKept = results.findIndex(({ bytes }) => {
    if (left <= maxBytes) return true;
    left -= bytes;
    return false;
  });
  return firstKept === -1 ? results : results.slice(0, firstKept);
}

function findByHash(results: readonly CachedResult[], hash: string): CachedResult {
  const found = results.filter((result) => result.hash.startsWith(hash));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const hint = "`warm cache ls` lists the results";
  if (only === undefined)
    throw new WarmError("not-found", `there is no result ${makeVisible(hash)}`, { hint });
  throw new WarmError("usage", `${found.length} results begin with ${makeVisible(hash)}`, {
    hint: "give more of the hash",
  });
}
