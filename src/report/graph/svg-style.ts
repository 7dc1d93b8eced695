import { type BoxColors, DARK, LIGHT } from "./action-colors.js";

const FONT = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace';

/** Colours stand in rules, and dark ones in rules after them: not all that draw SVG know variables. */
export const SVG_STYLE = [
  `text { font: 12px ${FONT}; white-space: pre; }`,
  ".heading { font-weight: 700; }",
  ".box .caption { font-size: 11px; }",
  ".box .name { font-weight: 600; }",
  ".wire { fill: none; stroke-width: 1.2; }",
  ".loose { stroke-dasharray: 2 4; }",
  ".noop rect { stroke-dasharray: 4 3; }",
  ...colorRules(LIGHT, { ground: "#ffffff", wire: "#8c959f" }),
  "@media (prefers-color-scheme: dark) {",
  ...colorRules(DARK, { ground: "#0d1117", wire: "#6e7681" }),
  "}",
].join("\n");

function colorRules(
  colors: Readonly<Record<string, BoxColors>>,
  { ground, wire }: { readonly ground: string; readonly wire: string },
): string[] {
  const ofBoxes = Object.entries(colors).flatMap(([name, { fill, stroke, text }]) => [
    `.${name} rect { fill: ${fill}; stroke: ${stroke}; }`,
    `.${name} text { fill: ${text}; }`,
  ]);
  const { declared, noop } = colors;
  return [
    `.ground { fill: ${ground}; }`,
    `.heading { fill: ${declared?.text}; }`,
    `.caption { fill: ${noop?.text}; }`,
    `.wire { stroke: ${wire}; }`,
    `.tip { fill: ${wire}; }`,
    ...ofBoxes,
  ];
}
