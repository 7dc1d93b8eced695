import { alignRows, type Row } from "../../src/report/text/format-table.js";
import type { Bench } from "./benches.js";
import { type Bar, type Figure, isBarMet, type Series } from "./figure.js";
import { formatBar, formatQuantity, formatRatio, formatValue, ratioTo } from "./format-numbers.js";
import type { BenchResult, Results } from "./results.js";
import { formatSurroundings } from "./surroundings.js";

/** In columns: what the whole table may take, and the names of figures in it where the numbers leave them that much. */
const WIDTH = 110;
const NAME_WIDTH = 26;
const HEADINGS = ["", "WHO", "MEDIAN", "SPREAD", "WARM IS", "BAR", ""];

/** All results as one table for a terminal: a line for each who did the work, with the bar that warm is held to beside it. */
export function formatTable(results: Results, benches: Readonly<Record<string, Bench>>): string {
  const names = Object.keys(benches).filter((name) => results.benches[name] !== undefined);
  const groups = names.map((name) => ({
    title: benches[name]?.title ?? name,
    result: results.benches[name] as BenchResult,
  }));
  const figures = groups.flatMap(({ result }) => result.figures);
  const align = (nameWidth: number) =>
    alignRows([HEADINGS, ...figures.flatMap((figure) => toRows(figure, nameWidth))]);
  const excess = Math.max(0, ...align(NAME_WIDTH).map(({ length }) => length - WIDTH));
  const nameWidth = NAME_WIDTH - excess;
  const lines = align(nameWidth);
  const [headings = "", ...rest] = lines;
  const parts = groups.map(({ title, result }) => {
    const height = result.figures.reduce((sum, figure) => sum + toRows(figure, nameWidth).length, 0);
    return [title, ...rest.splice(0, height), ...describeGaps(result), ""].join("\n");
  });
  return [headings, ...parts, formatSurroundings(results)].join("\n");
}

function toRows(figure: Figure, nameWidth: number): Row[] {
  const names = wrap(figure.name, nameWidth - 2);
  const cells = figure.series.map((series) => toCells(figure, series));
  return Array.from({ length: Math.max(names.length, cells.length) }, (_, line) => [
    line < names.length ? `  ${names[line]}` : "",
    ...(cells[line] ?? []),
  ]);
}

function toCells(figure: Figure, { who, median, min, max, runs }: Series): string[] {
  const { unit, bars = [] } = figure;
  const isOurs = who === "warm";
  const here = bars.filter((bar) => ("against" in bar ? bar.against === who : isOurs));
  const ratio = isOurs ? undefined : ratioTo(figure, who);
  return [
    who,
    formatQuantity(median, unit),
    runs > 1 && min !== max ? `${formatValue(min)} to ${formatValue(max)}` : "",
    ratio === undefined ? "" : formatRatio(ratio),
    here.map((bar) => formatBar(bar, unit)).join(", "),
    here.length === 0 ? "" : sayVerdict(figure, here),
  ];
}

function sayVerdict(figure: Figure, bars: readonly Bar[]): string {
  const verdicts = bars.map((bar) => isBarMet(figure, bar));
  return verdicts.includes(false) ? "NOT MET" : verdicts.includes(true) ? "met" : "";
}

/** Who could not be measured, each said once. */
function describeGaps({ figures, notMeasured }: BenchResult): string[] {
  const missing = figures.flatMap((figure) => figure.missing ?? []);
  const gaps = new Set(missing.map(({ who, why }) => `  not measured: ${who}: ${why}`));
  return [...(notMeasured === undefined ? [] : [`  not measured: ${notMeasured}`]), ...gaps];
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [""];
  for (const word of text.split(" ")) {
    const last = lines.at(-1) ?? "";
    if (last === "") lines[lines.length - 1] = word;
    else if (`${last} ${word}`.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
