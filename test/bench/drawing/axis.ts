import type { Unit } from "../figure.js";
import { formatValue } from "../format-numbers.js";

/** Where values of a unit lie between two places, and which of them are named. */
export interface Axis {
  place(value: number): number;
  readonly ticks: readonly number[];
}

/** From nothing to the largest, evenly; lengths can be compared. */
export function linearAxis(largest: number, from: number, to: number): Axis {
  const step = niceStep(largest / 4);
  const end = Math.ceil(largest / step) * step;
  const count = Math.round(end / step);
  return {
    place: (value) => from + (value / end) * (to - from),
    ticks: Array.from({ length: count + 1 }, (_, index) => index * step),
  };
}

/** Powers of ten around all values, which are above nothing; none lies on the first. */
export function logAxis(values: readonly number[], from: number, to: number): Axis {
  const first = Math.floor(Math.log10(Math.min(...values) * 0.9));
  const last = Math.max(first + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    place: (value) => from + ((Math.log10(value) - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: last - first + 1 }, (_, index) => Number(`1e${first + index}`)),
  };
}

function niceStep(rough: number): number {
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((one) => one * power >= rough) ?? 10;
  return factor * power;
}

/** As people say it: `1.2 s` rather than 1 200 ms. */
export function sayQuantity(value: number, unit: Unit): string {
  if (unit === "ms" && value >= 1_000) return `${formatValue(value / 1_000)} s`;
  if (unit === "x") return `${formatValue(value)}x`;
  return `${formatValue(value)} ${unit}`;
}

export function sayTick(value: number, unit: Unit): string {
  const [number, in_] = unit === "ms" && value >= 1_000 ? [value / 1_000, "s"] : [value, unit];
  if (value === 0) return "0";
  const text = number.toLocaleString("en", { maximumFractionDigits: 3 }).replaceAll(",", " ");
  return `${text} ${in_}`;
}
