import type { Unit } from "../figure.js";
import { linearAxis, logAxis, sayQuantity, sayTick } from "./axis.js";
import { drawLine, round, type Tone, WIDTH, wrapChart, writeText } from "./svg.js";

export interface BarPanel {
  readonly title: string;
  readonly unit: Unit;
  /** Where on a logarithmic axis, on which lengths mean nothing. */
  readonly isLog: boolean;
  readonly bars: readonly {
    readonly label: string;
    readonly value: number;
    readonly tone: Tone;
    /** Whether it is warm's. */
    readonly isOurs: boolean;
  }[];
}

const LEFT = 250;
/** Room for the longest value beside a bar. */
const RIGHT = WIDTH - 110;
const HEAD = 76;
const BAR = 20;
const STEP = 29;
const PANEL_HEAD = 26;
const PANEL_FOOT = 44;

/** Horizontal bars in panels below each other, each with an axis of its own. */
export function drawBars(title: string, subtitle: string, panels: readonly BarPanel[]): string {
  let top = HEAD;
  const parts = panels.map((panel) => {
    const part = drawPanel(panel, top);
    top += PANEL_HEAD + panel.bars.length * STEP + PANEL_FOOT;
    return part;
  });
  const description = panels.map(describePanel).join(" ");
  return wrapChart({ title, subtitle, description, height: top, body: parts.join("\n") });
}

function describePanel({ title, unit, bars }: BarPanel): string {
  const values = bars.map(({ label, value }) => `${label} ${sayQuantity(value, unit)}`);
  return `${title}: ${values.join(", ")}.`;
}

function drawPanel({ title, unit, isLog, bars }: BarPanel, top: number): string {
  const values = bars.map(({ value }) => value);
  const axis = isLog ? logAxis(values, LEFT, RIGHT) : linearAxis(Math.max(...values), LEFT, RIGHT);
  const first = top + PANEL_HEAD;
  const bottom = first + bars.length * STEP;
  const ticks = axis.ticks.map((tick) => {
    const x = axis.place(tick);
    return [
      drawLine(x, first - 4, x, bottom, tick === axis.ticks[0] ? "axis" : "grid"),
      writeText(x, bottom + 16, sayTick(tick, unit), "quiet small", "middle"),
    ].join("");
  });
  const drawn = bars.map(({ label, value, tone, isOurs }, index) => {
    const y = first + index * STEP + (STEP - BAR) / 2 - 2;
    const width = Math.max(1.5, axis.place(value) - LEFT);
    return [
      writeText(LEFT - 10, y + 15, label, isOurs ? "ours" : "", "end"),
      isLog ? drawPlace(width, y + BAR / 2, tone) : drawLength(width, y, tone),
      writeText(LEFT + width + (isLog ? 14 : 8), y + 15, sayQuantity(value, unit), isOurs ? "ours" : ""),
    ].join("");
  });
  const heading = isLog ? `${title} (logarithmic axis)` : title;
  return [writeText(24, top + 12, heading, "panel"), ...ticks, ...drawn].join("\n");
}

function drawLength(width: number, y: number, tone: Tone): string {
  return `<rect class="bar ${tone}" x="${LEFT}" y="${round(y)}" width="${round(width)}" height="${BAR}" rx="2"/>`;
}

/** A length would say something that it does not mean. */
function drawPlace(width: number, y: number, tone: Tone): string {
  const x = round(LEFT + width);
  return `<line class="${tone}" x1="${LEFT}" y1="${round(y)}" x2="${x}" y2="${round(y)}" stroke-width="2"/><circle class="${tone}" cx="${x}" cy="${round(y)}" r="6"/>`;
}
