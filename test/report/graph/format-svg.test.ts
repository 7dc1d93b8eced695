import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DARK, LIGHT } from "../../../src/report/graph/action-colors.js";
import { formatSvg } from "../../../src/report/graph/format-svg.js";
import type { Graph } from "../../../src/report/graph/graph.js";
import { graphOfDesired } from "../../../src/report/graph/graph-of-desired.js";
import { graphOfPlan } from "../../../src/report/graph/graph-of-plan.js";
import { type Box, layOutGraph } from "../../../src/report/graph/lay-out-graph.js";
import { buildDesired } from "../../plan/builders.js";
import { buildBigPlan, buildChange, buildDocument } from "../builders.js";
import { checkXml } from "./check-xml.js";
import { hostilePlan } from "./graphs.js";

const manyTemplates = (count: number): Graph =>
  graphOfDesired(
    buildDesired({
      templates: Object.fromEntries(Array.from({ length: count }, (_, index) => [`t${index}`, {}])),
    }),
    [],
  );

/** No box may touch another; those of one column are compared with their neighbours in it. */
function expectApart(boxes: readonly Box[]): void {
  const sorted = boxes.toSorted((a, b) => a.x - b.x || a.y - b.y);
  for (const [index, box] of sorted.entries()) {
    const next = sorted[index + 1];
    if (next === undefined) continue;
    const isBeside = next.x >= box.x + box.width;
    expect(isBeside || next.y >= box.y + box.height, `${box.node.name} and ${next.node.name}`).toBe(true);
  }
}

describe("a graph as SVG", () => {
  it("is well-formed XML, whatever names, sessions and dependencies say, and the same each time", () => {
    fc.assert(
      fc.property(hostilePlan, (graph) => {
        const svg = formatSvg(graph);
        const elements: string[] = [];
        expect(checkXml(svg, (name) => elements.push(name))).toBeUndefined();
        expect(
          elements.filter((name) => !/^(svg|title|style|defs|marker|path|rect|text|g)$/.test(name)),
        ).toEqual([]);
        expect(elements.filter((name) => name === "title")).toHaveLength(1 + graph.nodes.length);
        expect(formatSvg(graph)).toBe(svg);
      }),
      { numRuns: 60 },
    );
  });

  it("has its boxes apart, and every arrow from the right side of one to the left side of another", () => {
    for (const graph of [graphOfPlan(buildBigPlan()), manyTemplates(30)]) {
      const { boxes, wires, width, height } = layOutGraph(graph);
      expectApart(boxes);
      const byAddress = new Map(boxes.map((box) => [box.node.address, box]));
      for (const box of boxes) {
        expect(box.x).toBeGreaterThanOrEqual(0);
        expect(box.y).toBeGreaterThanOrEqual(0);
        expect(box.x + box.width).toBeLessThanOrEqual(width);
        expect(box.y + box.height).toBeLessThanOrEqual(height);
      }
      for (const { edge, points } of wires) {
        const [from, to] = [byAddress.get(edge.from), byAddress.get(edge.to)];
        expect(points[0].x).toBeCloseTo((from?.x ?? 0) + (from?.width ?? 0), 5);
        expect(points.at(-1)?.x).toBeCloseTo(to?.x ?? 0, 5);
        // Straight through columns and never back.
        expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).toSorted((a, b) => a - b));
      }
    }
  });

  it("takes 1 000 resources, no two of them in one place", () => {
    const graph = manyTemplates(250);
    expect(graph.nodes).toHaveLength(1001);
    const { boxes } = layOutGraph(graph);
    expectApart(boxes);
    expect(checkXml(formatSvg(graph))).toBeUndefined();
  });

  it("cuts a long name in the middle, and has the whole of it in the title", () => {
    const name = `registry.example.com/${"very-".repeat(20)}long:1.4.0`;
    const graph = graphOfPlan(buildDocument([buildChange({ address: `image.${name}` })]));
    const texts: string[] = [];
    const titles: string[] = [];
    checkXml(formatSvg(graph), (element, { class: style }, text) => {
      if (element === "title") titles.push(text);
      if (element === "text" && style === "name") texts.push(text);
    });
    expect(titles).toContain(`image ${name}\n+ pull: not on the host`);
    expect(texts).toEqual(["registry.example.com/very-ve…y-very-very-very-long:1.4.0"]);
  });

  it("loads nothing, and has colours for light and dark", () => {
    const svg = formatSvg(graphOfPlan(buildBigPlan()));
    expect(svg).not.toMatch(/href|@import|url\((?!#)|<image|<script/);
    expect(svg).toContain("@media (prefers-color-scheme: dark) {");
  });

  it("of a plan without changes says so", () => {
    expect(formatSvg(graphOfPlan(buildDocument([])))).toMatch(
      /<text class="heading"[^>]*>cyanprint: No changes\./,
    );
  });
});

/** https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio */
function contrast(a: string, b: string): number {
  const luminance = (color: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5]
      .map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((one, other) => one - other);
  return (light + 0.05) / (dark + 0.05);
}

it.each([
  ["light", LIGHT],
  ["dark", DARK],
])("text on %s boxes has a contrast of 4.5 at least", (_name, colors) => {
  for (const [name, { fill, text }] of Object.entries(colors))
    expect(contrast(fill, text), name).toBeGreaterThanOrEqual(4.5);
});

it("the check of XML finds what is wrong", () => {
  const document = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?>\n${inner}`;
  expect(checkXml(document('<a b="1"><c/>text &amp; &#35;</a>'))).toBeUndefined();
  for (const bad of [
    "<a>",
    "<a></b>",
    "<a/><b/>",
    "<a>&x;</a>",
    "<a>\u0001</a>",
    '<a b="<"/>',
    "<a b=1/>",
    "x<a/>",
  ])
    expect(checkXml(document(bad)), bad).toBeDefined();
});
