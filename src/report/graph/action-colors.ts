import type { Action } from "../../model/plan.js";

export interface BoxColors {
  readonly fill: string;
  readonly stroke: string;
  readonly text: string;
}

/** On a light ground. Each text has a contrast of at least 4.5 to its fill, the one of what stays as it is too. */
export const LIGHT: Readonly<Record<Action | "declared", BoxColors>> = {
  declared: { fill: "#ffffff", stroke: "#57606a", text: "#1f2328" },
  create: { fill: "#dafbe1", stroke: "#1a7f37", text: "#0b3d1c" },
  start: { fill: "#d8f3fb", stroke: "#1b7c9c", text: "#0b3a4a" },
  update: { fill: "#fff8c5", stroke: "#9a6700", text: "#4d3300" },
  replace: { fill: "#ffe7cc", stroke: "#bc4c00", text: "#5c2600" },
  delete: { fill: "#ffe2df", stroke: "#cf222e", text: "#6e0f16" },
  conflict: { fill: "#f4e3ff", stroke: "#8250df", text: "#41127a" },
  noop: { fill: "#f6f8fa", stroke: "#c4ccd4", text: "#656d76" },
};

/** The same on a dark ground. */
export const DARK: Readonly<Record<Action | "declared", BoxColors>> = {
  declared: { fill: "#161b22", stroke: "#8b949e", text: "#e6edf3" },
  create: { fill: "#10301b", stroke: "#3fb950", text: "#aff5b4" },
  start: { fill: "#0c2d3a", stroke: "#39a5c9", text: "#a5e3f7" },
  update: { fill: "#332701", stroke: "#d29922", text: "#f8e3a1" },
  replace: { fill: "#3d1d00", stroke: "#f0883e", text: "#ffd8b0" },
  delete: { fill: "#3c1115", stroke: "#f85149", text: "#ffc1ba" },
  conflict: { fill: "#2b1650", stroke: "#a371f7", text: "#e2ccff" },
  noop: { fill: "#11151b", stroke: "#3d444d", text: "#848d97" },
};
