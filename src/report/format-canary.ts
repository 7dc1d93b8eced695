import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatCount, formatDurationMs } from "./text/units.js";

/** How the proof of a reset went. */
export interface CanaryReport {
  readonly engine: string;
  readonly isClean: boolean;
  readonly findings: readonly string[];
  readonly planted: readonly string[];
  readonly resetMs: number;
}

/** The verdict, then what was found, a line each. No line feed at the end. */
export function formatCanary(report: CanaryReport, style: Style): string {
  const { engine, isClean, findings, planted, resetMs } = report;
  const verdict = isClean ? style.green("clean") : style.red("not clean");
  const what = `${formatCount(planted.length, "marker")} planted, reset in ${formatDurationMs(resetMs)}`;
  return [
    `${makeVisible(engine)}: ${verdict} (${what})`,
    ...findings.map((finding) => `  ${makeVisible(finding)}`),
  ].join("\n");
}
