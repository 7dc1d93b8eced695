import type { Figure, Series } from "./figure.js";
import type { Surroundings } from "./surroundings.js";

const FORMAT = "warm.bench/1";

/** What one bench came to, or why it came to nothing. */
export interface BenchResult {
  /** The day, by UTC. */
  readonly measuredOn: string;
  /** Of the machine over the minute before, for whoever doubts a number. */
  readonly loadBefore: number;
  readonly seconds: number;
  readonly figures: readonly Figure[];
  readonly notMeasured?: string;
}

/** All that was measured in one place: the results file, and what README and charts are made from. */
export interface Results extends Surroundings {
  readonly format: typeof FORMAT;
  readonly benches: Readonly<Record<string, BenchResult>>;
}

export function assembleResults(
  around: Surroundings,
  benches: Readonly<Record<string, BenchResult>>,
): Results {
  return { format: FORMAT, ...around, benches };
}

/**
 * The earlier results with those of now in their place. A bench that came to nothing now leaves what it came to before.
 * @throws Error when they were measured elsewhere: they cannot be read beside each other
 */
export function mergeResults(earlier: Results, now: Results): Results {
  const place = ({ machine, kernel, versions }: Results) => JSON.stringify({ machine, kernel, versions });
  if (place(earlier) !== place(now))
    throw new Error(`the earlier results are of another place, ${place(earlier)}: measure everything anew`);
  const measured = Object.entries(now.benches).filter(
    ([name, { notMeasured }]) => notMeasured === undefined || earlier.benches[name] === undefined,
  );
  return { ...now, benches: { ...earlier.benches, ...Object.fromEntries(measured) } };
}

/** @throws Error when it is no such text */
export function parseResults(text: string): Results {
  const results = JSON.parse(text) as Results;
  if (results.format !== FORMAT) throw new Error(`not ${FORMAT}: ${results.format}`);
  return results;
}

/** A line for each series, so that a later run's changes can be read. */
export function formatResults(results: Results): string {
  const text = JSON.stringify(results, roundNumber, 1);
  return `${text.replace(/\{\s+"who"[^{}]*\}/g, (series) => series.replace(/\n\s*/g, " "))}\n`;
}

/** Four digits are more than a spread allows for. */
function roundNumber(_key: string, value: unknown): unknown {
  if (typeof value !== "number" || Number.isInteger(value)) return value;
  return Math.abs(value) >= 1_000 ? Math.round(value) : Number(value.toPrecision(4));
}

/** Without the series of whom nothing was measured. */
export function withoutEmpty(figures: readonly Figure[]): Figure[] {
  const isMeasured = ({ runs }: Series) => runs > 0;
  return figures
    .map((figure) => ({ ...figure, series: figure.series.filter(isMeasured) }))
    .filter(({ series }) => series.length > 0);
}

export function figuresOf(results: Results): Map<string, Figure> {
  const all = Object.values(results.benches).flatMap(({ figures }) => figures);
  return new Map(all.map((figure) => [figure.id, figure]));
}
