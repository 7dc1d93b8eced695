import { formatKey } from "./format-job.js";
import { formatJson } from "./text/format-json.js";
import { alignRows } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd } from "./text/text-width.js";
import { formatAge, formatCount, formatTransfer } from "./text/units.js";

/** A result as it lies in the data directory. */
export interface CacheEntry {
  readonly hash: string;
  readonly dir: string;
  readonly bytes: number;
  readonly files: number;
  readonly inputs: { readonly pool: string; readonly key: string } | undefined;
  /** Epoch ms. */
  readonly usedAtMs: number;
  /** What is wrong with it, in a sentence. */
  readonly broken: string | undefined;
}

const HEADINGS = ["RESULT", "POOL", "KEY", "SIZE", "FILES", "USED", ""];
/** Enough to name one result of millions. */
const HASH_LENGTH = 12;

export const shortenHash = (hash: string): string => makeVisible(hash.slice(0, HASH_LENGTH));

/**
 * A table of results, last used first, then their sum. No line feed at the end.
 * @param columns width of the terminal, which the table keeps to; Infinity where there is none
 */
export function formatCache(
  results: readonly CacheEntry[],
  style: Style,
  columns: number,
  now: Date,
): string {
  if (results.length === 0) return "No results.";
  const rows = results
    .toSorted((a, b) => b.usedAtMs - a.usedAtMs)
    .map((result) => [
      shortenHash(result.hash),
      result.inputs === undefined ? "-" : makeVisible(result.inputs.pool),
      result.inputs === undefined ? "-" : formatKey(result.inputs.key),
      formatTransfer(result.bytes),
      String(result.files),
      formatAge(new Date(result.usedAtMs).toISOString(), now),
      result.broken === undefined ? "" : style.red(`broken: ${makeVisible(result.broken)}`),
    ]);
  const table = alignRows([HEADINGS.map((heading) => style.dim(heading)), ...rows]);
  return [...table.map((line) => cutEnd(line, columns)), "", `${sum(results)}.`].join("\n");
}

/** The broken ones, a line each, then how many are whole. No line feed at the end. */
export function formatCacheVerdict(
  results: readonly Pick<CacheEntry, "dir" | "broken">[],
  style: Style,
): string {
  const broken = results.filter((result) => result.broken !== undefined);
  const lines = broken.map(
    ({ dir, broken: why = "" }) => `${makeVisible(dir)}: ${style.red("broken")}: ${makeVisible(why)}`,
  );
  const whole = results.length - broken.length;
  const last =
    broken.length === 0
      ? `${formatCount(results.length, "result")}, every file as its manifest says.`
      : `${broken.length} of ${formatCount(results.length, "result")} broken, ${whole} whole.`;
  return [...lines, last].join("\n");
}

/** What went, a line each, then how much is free by it. No line feed at the end. */
export function formatPruned(results: readonly CacheEntry[], isDryRun: boolean): string {
  if (results.length === 0) return isDryRun ? "Nothing would be removed." : "Nothing to remove.";
  const lines = results.map(({ hash, inputs, bytes }) => {
    const what = inputs === undefined ? "" : `  ${makeVisible(inputs.pool)}  ${formatKey(inputs.key)}`;
    return `${shortenHash(hash)}  ${formatTransfer(bytes)}${what}`;
  });
  return [...lines, "", `${isDryRun ? "Would remove" : "Removed"} ${sum(results)}.`].join("\n");
}

/** The same facts for tools. No line feed at the end. */
export const formatCacheJson = (results: readonly CacheEntry[]): string =>
  formatJson({ format: "warm.cache/1", bytes: total(results), results });

const total = (results: readonly CacheEntry[]) => results.reduce((bytes, result) => bytes + result.bytes, 0);
const sum = (results: readonly CacheEntry[]) =>
  `${formatCount(results.length, "result")}, ${formatTransfer(total(results))}`;
