/** Who did the work of a series: warm, what it is held against in the same run, or what stands for the least possible. */
export type Who =
  | "warm"
  /** The same Docker calls, written out by hand. */
  | "bare script"
  /** `docker`, called once for each thing. */
  | "docker CLI"
  | "docker-compose"
  | "docker compose v2"
  | "docker stack"
  | "tofu"
  /** A process that does nothing: `node -e 0`. */
  | "bare node"
  /** An HTTP server that answers at once. */
  | "bare server"
  /** One line written to the same disk, and made sure of. */
  | "bare fsync"
  /** The work itself, asked for without warm. */
  | "engine alone"
  /** A container that is started for each job. */
  | "container a job";

export type Unit = "ms" | "%" | "x" | "MiB" | "MB" | "requests" | "per s" | "per min" | "slope";

/** What several runs came to, in the figure's unit. */
export interface Sample {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** From how many measurements. */
  readonly runs: number;
}

export interface Series extends Sample {
  readonly who: Who;
  /** What has to be known to read the number. */
  readonly note?: string;
}

/** What warm's median is held to: a bound of its own, or so many times the median of another. */
export type Bar =
  | { readonly max: number }
  | { readonly min: number }
  | { readonly against: Who; readonly atMost: number }
  | { readonly against: Who; readonly atLeast: number };

/** One thing that was measured, by each who did it in the same run. */
export interface Figure {
  /** Never changes and is unique, `no-change.plan.100`: charts and results find it by that. */
  readonly id: string;
  /** For people; says what is measured, not its unit. */
  readonly name: string;
  readonly unit: Unit;
  readonly better: "lower" | "higher";
  /** Warm first. */
  readonly series: readonly Series[];
  readonly bars?: readonly Bar[];
  /** Who was to be measured and could not be, and why. */
  readonly missing?: readonly { readonly who: Who; readonly why: string }[];
}

/** A bench that cannot run here as a whole, and why. */
export interface NotMeasured {
  readonly notMeasured: string;
}

export function seriesOf({ series }: Figure, who: Who): Series | undefined {
  return series.find((one) => one.who === who);
}

/** @returns undefined where nothing can be said: no bar, or whom it is held against was not measured */
export function isMet(figure: Figure): boolean | undefined {
  const verdicts = (figure.bars ?? []).map((bar) => isBarMet(figure, bar));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(true) ? true : undefined;
}

export function isBarMet(figure: Figure, bar: Bar): boolean | undefined {
  const ours = seriesOf(figure, "warm")?.median;
  if (ours === undefined) return undefined;
  if ("max" in bar) return ours <= bar.max;
  if ("min" in bar) return ours >= bar.min;
  const theirs = seriesOf(figure, bar.against)?.median;
  if (theirs === undefined) return undefined;
  return "atMost" in bar ? ours / theirs <= bar.atMost : ours / theirs >= bar.atLeast;
}
