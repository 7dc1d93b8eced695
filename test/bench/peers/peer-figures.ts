import type { Bar, Figure, Series, Unit } from "../figure.js";
import { summarise } from "../measure.js";
import type { Contender } from "./contender.js";
import type { Cost } from "./run-contender.js";
import type { Readings, Work } from "./run-cycle.js";

/** All that one tool came to with one size of fleet. */
export interface Measured {
  readonly contender: Contender;
  readonly times: Readings<number>;
  readonly costs: Readings<Cost>;
  /** Why it is out for this size. */
  failure?: string;
}

/** The order in which they are told, and in words. */
const WORKS: Readonly<Record<Work, string>> = {
  up: "up from nothing",
  plan: "plan without a change",
  apply: "apply without a change",
  change: "one value of one container edited",
  repair: "repair of one killed container",
};

/** From nothing, nobody may be faster. */
const UP_BARS: readonly Bar[] = [
  { against: "docker-compose", atMost: 1 },
  { against: "docker compose v2", atMost: 1 },
  { against: "tofu", atMost: 1 },
];
/** With 100 containers, where nothing is to be done. */
const NO_CHANGE_BARS: readonly Bar[] = [
  { against: "docker-compose", atMost: 1 / 5 },
  { against: "docker compose v2", atMost: 1 / 2 },
];

export function toFigures(
  count: number,
  measured: readonly Measured[],
  missing: NonNullable<Figure["missing"]>,
): Figure[] {
  const standing = measured.filter(({ failure }) => failure === undefined);
  const failed = measured.flatMap(({ contender, failure }) =>
    failure === undefined ? [] : [{ who: contender.who, why: failure }],
  );
  return (Object.keys(WORKS) as Work[]).flatMap((work) => {
    const figure = (
      what: string,
      unit: Unit,
      pick: (one: Measured, of: Work) => readonly number[],
      bars: readonly Bar[] = [],
    ) => ({
      id: `peers.${what ? `${what}-` : ""}${work}.${count}`,
      name: `${what ? `${what} of ` : ""}${WORKS[work]}, ${count} containers`,
      unit,
      better: "lower" as const,
      series: standing.map((one) => toSeries(one, work, pick)),
      bars,
      missing: [...missing, ...failed],
    });
    const costs = (pick: keyof Cost) => (one: Measured, of: Work) =>
      (one.costs[of] ?? []).map((cost) => cost[pick]);
    return [
      figure("", "ms", ({ times }, of) => times[of] ?? [], barsOf(work, count)),
      figure("requests", "requests", costs("requests")),
      ...(work === "up" || work === "apply" ? [figure("memory", "MiB", costs("peakMiB"))] : []),
    ];
  });
}

function barsOf(work: Work, count: number): readonly Bar[] {
  if (work === "up") return UP_BARS;
  return count === 100 && (work === "plan" || work === "apply") ? NO_CHANGE_BARS : [];
}

/** A tool without a plan has its apply stand in for it: that is how its users look. */
function toSeries(one: Measured, work: Work, pick: (one: Measured, of: Work) => readonly number[]): Series {
  const { who, version, plan } = one.contender;
  const isStandIn = work === "plan" && plan === undefined;
  const note = isStandIn ? `${version}; has no plan, this is its apply` : version;
  return { who, note, ...summarise(pick(one, isStandIn ? "apply" : work)) };
}
