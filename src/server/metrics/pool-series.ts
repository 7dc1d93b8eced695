import { Counter, Histogram, type Registry } from "prom-client";

/**
 * The series that each pool has of one metric. Its labels beside the pool come in a closed set of variants, so that nothing
 * a client sends can make one more.
 */
export interface PoolSeries<Variant extends string, Child> {
  /** Those of a pool: made at the first call, one look-up after that. */
  of(pool: string): Readonly<Record<Variant, Child>>;
  /** Has those of the pools that are there, and takes away those of pools that have left. */
  keep(pools: ReadonlySet<string>): void;
}

export type Tally = Pick<Counter.Internal, "inc">;
export type Timing = Pick<Histogram.Internal<string>, "observe">;

export interface PoolMetric<Variant extends string> {
  readonly name: string;
  readonly help: string;
  /** Beside `pool`. */
  readonly labels?: readonly string[];
  /** Values of these labels. */
  readonly variants: Readonly<Record<Variant, readonly string[]>>;
}

/** Of a metric whose only label is the pool. */
export const PLAIN = { all: [] } as const;

/** Of a metric with one more label. */
export function variantsOf<const Value extends string>(
  values: readonly Value[],
): Readonly<Record<Value, readonly [Value]>> {
  return Object.fromEntries(values.map((value) => [value, [value]])) as unknown as Record<Value, [Value]>;
}

/** All of a pool's begin at 0 with the pool: the first of something rare is seen as a step. */
export function createPoolCounter<Variant extends string>(
  registry: Registry,
  { name, help, labels = [], variants }: PoolMetric<Variant>,
): PoolSeries<Variant, Tally> {
  const counter = new Counter({ name, help, labelNames: ["pool", ...labels], registers: [registry] });
  return createSeries(variants, {
    begin(values) {
      const tally = counter.labels(...values);
      tally.inc(0);
      return tally;
    },
    end: (values) => counter.remove(...values),
  });
}

/** @param buckets upper bounds, seconds */
export function createPoolHistogram<Variant extends string>(
  registry: Registry,
  { name, help, labels = [], variants, buckets }: PoolMetric<Variant> & { readonly buckets: number[] },
): PoolSeries<Variant, Timing> {
  const labelNames = ["pool", ...labels];
  const histogram = new Histogram({ name, help, labelNames, buckets, registers: [registry] });
  return createSeries(variants, {
    begin: (values) => histogram.labels(...values),
    end: (values) => histogram.remove(...values),
  });
}

interface SeriesMaker<Child> {
  /** @param values of all labels, the pool's first */
  begin(values: readonly string[]): Child;
  end(values: readonly string[]): void;
}

function createSeries<Variant extends string, Child>(
  variants: Readonly<Record<Variant, readonly string[]>>,
  { begin, end }: SeriesMaker<Child>,
): PoolSeries<Variant, Child> {
  const byPool = new Map<string, Readonly<Record<Variant, Child>>>();
  const all = Object.entries<readonly string[]>(variants);

  function of(pool: string): Readonly<Record<Variant, Child>> {
    const known = byPool.get(pool);
    if (known !== undefined) return known;
    const children = all.map(([variant, values]) => [variant, begin([pool, ...values])] as const);
    const made = Object.fromEntries(children) as Record<Variant, Child>;
    byPool.set(pool, made);
    return made;
  }

  return {
    of,
    keep(pools) {
      for (const pool of pools) of(pool);
      for (const pool of byPool.keys()) {
        if (pools.has(pool)) continue;
        byPool.delete(pool);
        for (const [, values] of all) end([pool, ...values]);
      }
    },
  };
}
