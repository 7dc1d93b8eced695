import type { Unit } from "../figure.js";
import { logAxis, sayQuantity, sayTick } from "./axis.js";
import { drawLine, round, type Tone, WIDTH, wrapChart, writeText } from "./svg.js";

export interface LinePanel {
  readonly title: string;
  readonly unit: Unit;
  /** What the size counts: `resources`. */
  readonly of: string;
  readonly lines: readonly {
    readonly label: string;
    readonly points: readonly { readonly size: number; readonly value: number }[];
    readonly tone: Tone;
    readonly isDashed: boolean;
  }[];
}

const HEAD = 92;
const PLOT_HEIGHT = 300;
const FOOT = 60;
const LEFT = 76;
/** For the names of the lines at their ends. */
const NAMES = 156;
/** Names at the ends of lines keep so much between them. */
const NAME_STEP = 16;

/** Lines in panels beside each other; both axes are logarithmic. */
export function drawLines(title: string, subtitle: string, panels: readonly LinePanel[]): string {
  const width = WIDTH / panels.length;
  const parts = panels.map((panel, index) => drawPanel(panel, index * width, width));
  const description = `Both axes are logarithmic. ${panels.map(describePanel).join(" ")}`;
  const height = HEAD + PLOT_HEIGHT + FOOT;
  return wrapChart({ title, subtitle, description, height, body: parts.join("\n") });
}

function describePanel({ title, unit, of, lines }: LinePanel): string {
  const told = lines.map(({ label, points }) => {
    const values = points.map(({ size, value }) => `${sayQuantity(value, unit)} at ${size}`);
    return `${label} ${values.join(", ")}`;
  });
  return `${title}, by ${of}: ${told.join("; ")}.`;
}

function drawPanel({ title, unit, of, lines }: LinePanel, left: number, width: number): string {
  const all = lines.flatMap(({ points }) => points);
  const [bottom, right] = [HEAD + PLOT_HEIGHT, left + width - NAMES];
  const x = logScale(
    all.map(({ size }) => size),
    left + LEFT,
    right,
  );
  const y = logAxis(
    all.map(({ value }) => value),
    bottom,
    HEAD + 6,
  );
  const grid = y.ticks.flatMap((tick) => [
    drawLine(left + LEFT, y.place(tick), right, y.place(tick), "grid"),
    writeText(left + LEFT - 8, y.place(tick) + 4, sayTick(tick, unit), "quiet small", "end"),
  ]);
  const sizes = [...new Set(all.map(({ size }) => size))].sort((a, b) => a - b);
  const marks = sizes.flatMap((size) => [
    drawLine(x(size), bottom, x(size), bottom + 5, "axis"),
    writeText(x(size), bottom + 20, size.toLocaleString("en").replaceAll(",", " "), "quiet small", "middle"),
  ]);
  const drawn = lines.map(({ points, tone, isDashed }) => {
    const path = points.map(({ size, value }) => `${round(x(size))},${round(y.place(value))}`);
    const dots = isDashed ? [] : path.map((at) => toDot(at, tone));
    return `<polyline class="${tone} line${isDashed ? " dashed faint" : ""}" points="${path.join(" ")}"/>${dots.join("")}`;
  });
  const ends = lines.map(({ points }) => y.place(points.at(-1)?.value ?? 1) + 4);
  const places = spread(ends, NAME_STEP);
  const names = lines.map(({ label, tone }, index) => nameLine(right + 10, places[index] ?? 0, label, tone));
  return [
    writeText(left + 24, HEAD - 14, title, "panel"),
    ...grid,
    ...marks,
    drawLine(left + LEFT, bottom, right, bottom, "axis"),
    writeText(
      (left + LEFT + right) / 2,
      bottom + 42,
      `${of} (both axes logarithmic)`,
      "quiet small",
      "middle",
    ),
    ...drawn,
    ...names,
  ].join("\n");
}

const toDot = (at: string, tone: Tone): string => {
  const [cx, cy] = at.split(",");
  return `<circle class="${tone}" cx="${cx}" cy="${cy}" r="3"/>`;
};

/** A name in the text's own colour beside a mark in the line's. */
function nameLine(x: number, y: number, label: string, tone: Tone): string {
  return `<rect class="bar ${tone}" x="${round(x)}" y="${round(y - 9)}" width="9" height="9" rx="2"/>${writeText(x + 14, y, label, "small")}`;
}

/** From the smallest to the largest, without room for what is not there. */
function logScale(values: readonly number[], from: number, to: number): (value: number) => number {
  const [low, high] = [Math.log10(Math.min(...values)), Math.log10(Math.max(...values))];
  return (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
}

/** The places pushed apart, in their order, by no more than is needed from the lowest up. */
function spread(places: readonly number[], least: number): number[] {
  const order = places.map((place, index) => ({ place, index })).sort((a, b) => b.place - a.place);
  const result: number[] = [];
  let last = Number.POSITIVE_INFINITY;
  for (const { place, index } of order) {
    last = Math.min(place, last - least);
    result[index] = last;
  }
  return result;
}
