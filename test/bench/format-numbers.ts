import { type Bar, type Figure, seriesOf, type Unit } from "./figure.js";

/** `4.62`, `46.2`, `462`, `4 620`: as many digits as mean something. */
export function formatValue(value: number): string {
  if (Math.abs(value) >= 1_000)
    return Math.round(value)
      .toString()
      .replace(/\B(?=(\d{3})+$)/g, " ");
  if (Number.isInteger(value)) return value.toString();
  if (Math.abs(value) < 0.1) return value.toPrecision(2);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toFixed(digits);
}

export function formatQuantity(value: number, unit: Unit): string {
  if (unit === "slope") return formatValue(value);
  if (unit === "requests") return formatValue(value);
  return unit === "x" ? `${formatValue(value)}x` : `${formatValue(value)} ${unit}`;
}

export function formatBar(bar: Bar, unit: Unit): string {
  if ("max" in bar) return `≤ ${formatQuantity(bar.max, unit)}`;
  if ("min" in bar) return `≥ ${formatQuantity(bar.min, unit)}`;
  return "atMost" in bar ? `≤ ${formatRatio(bar.atMost)}` : `≥ ${formatRatio(bar.atLeast)}`;
}

export function formatRatio(ratio: number): string {
  if (ratio < 0.1) return `${Number(ratio.toPrecision(2))}x`;
  return `${Number(ratio.toFixed(ratio < 10 ? 2 : 1))}x`;
}

/** Warm's median in those of another; undefined where there is nothing to divide. */
export function ratioTo(figure: Figure, who: Figure["series"][number]["who"]): number | undefined {
  const [ours, theirs] = [seriesOf(figure, "warm"), seriesOf(figure, who)];
  if (ours === undefined || theirs === undefined || theirs.median === 0) return undefined;
  return ours.median / theirs.median;
}
