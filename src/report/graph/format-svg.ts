import { makeVisible } from "../text/make-visible.js";
import { displayWidth } from "../text/text-width.js";
import type { Graph } from "./graph.js";
import {
  type Box,
  COLUMN_WIDTH,
  LINE_HEIGHT,
  layOutGraph,
  PADDING,
  type Point,
  type Wire,
} from "./lay-out-graph.js";
import { wholeNode } from "./node-lines.js";
import { SVG_STYLE } from "./svg-style.js";
import { escapeXml } from "./xml-text.js";

const MARGIN = 20;
const HEADER = 52;

/**
 * A graph as a picture of its own: fonts, colours and the dark ones for who prefers them are in it, and nothing is
 * loaded. Each box tells its whole name when it is pointed at. No line feed at the end.
 */
export function formatSvg(graph: Graph): string {
  const { boxes, wires, width, height } = layOutGraph(graph);
  const title = makeVisible(graph.title);
  const words = [title, ...legendOf(graph)];
  const widest = Math.max(...words.map(displayWidth)) * COLUMN_WIDTH;
  const [fullWidth, fullHeight] = [
    Math.ceil(Math.max(width, widest) + 2 * MARGIN),
    Math.ceil(height + HEADER + (boxes.length === 0 ? 0 : MARGIN)),
  ];
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<svg xmlns="http://www.w3.org/2000/svg" width="${fullWidth}" height="${fullHeight}" viewBox="0 0 ${fullWidth} ${fullHeight}" role="img">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${SVG_STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path class="tip" d="M0,0.5 L8,4 L0,7.5 Z"/></marker></defs>',
    `<rect class="ground" width="${fullWidth}" height="${fullHeight}"/>`,
    ...words.map((line, index) => formatWords(line, index)),
    `<g transform="translate(${MARGIN},${HEADER})">`,
    ...wires.map(formatWire),
    ...boxes.map(formatBox),
    "</g>",
    "</svg>",
  ].join("\n");
}

/** What an arrow says, where there is one. */
function legendOf({ edges }: Graph): string[] {
  if (edges.length === 0) return [];
  const loose = edges.some(({ isLoose }) => isLoose)
    ? "; a dotted one: works with it, waits for nothing"
    : "";
  return [`An arrow leads from what comes first to what comes after it${loose}.`];
}

function formatWords(line: string, index: number): string {
  const style = index === 0 ? "heading" : "caption";
  return `<text class="${style}" x="${MARGIN}" y="${MARGIN + 4 + index * LINE_HEIGHT}">${escapeXml(line)}</text>`;
}

function formatWire({ edge, points: [start, ...rest] }: Wire): string {
  const at = ({ x, y }: Point) => `${round(x)},${round(y)}`;
  let before = start;
  const parts = rest.map((point) => {
    const middle = (before.x + point.x) / 2;
    const curve = `C${at({ x: middle, y: before.y })} ${at({ x: middle, y: point.y })} ${at(point)}`;
    before = point;
    return curve;
  });
  return `<path class="wire${edge.isLoose ? " loose" : ""}" d="M${at(start)} ${parts.join(" ")}" marker-end="url(#tip)"/>`;
}

function formatBox({ node, lines, x, y, width, height }: Box): string {
  const { caption, name, change } = lines;
  const texts = [
    ["caption", caption],
    ["name", name],
    ...(change === undefined ? [] : [["change", change]]),
  ].map(([style, text = ""], index) => {
    const baseline = round(y + PADDING + 10 + index * LINE_HEIGHT);
    return `<text class="${style}" x="${round(x + PADDING)}" y="${baseline}">${escapeXml(text)}</text>`;
  });
  const rect = `<rect x="${round(x)}" y="${round(y)}" width="${width}" height="${height}" rx="6"/>`;
  const title = `<title>${wholeNode(node).map(escapeXml).join("\n")}</title>`;
  return `<g class="box ${node.change?.action ?? "declared"}">${title}${rect}${texts.join("")}</g>`;
}

/** Two digits are finer than any screen. */
const round = (value: number) => Math.round(value * 100) / 100;
