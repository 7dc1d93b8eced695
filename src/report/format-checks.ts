import type { Check } from "../model/check.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatCount } from "./text/units.js";

/** One line a check, its hint below, the verdict of the whole last. */
export function formatChecks(checks: readonly Check[], style: Style): string {
  const width = Math.max(0, ...checks.map(({ name }) => Math.min(name.length, 48)));
  const lines = checks.flatMap(({ name, verdict, detail, hint }) => {
    const head = `${markOf(verdict, style)} ${makeVisible(name).padEnd(width)}  ${makeVisible(detail)}`;
    return hint === undefined || verdict === "ok"
      ? [head]
      : [head, `      ${style.dim(`hint: ${makeVisible(hint)}`)}`];
  });
  const count = (wanted: Check["verdict"]) => checks.filter(({ verdict }) => verdict === wanted).length;
  const [failures, warnings] = [count("failure"), count("warning")];
  const last =
    failures + warnings === 0
      ? "Nothing stands in the way."
      : `${formatCount(failures, "failure")}, ${formatCount(warnings, "warning")}.`;
  return [...lines, "", style.bold(last)].join("\n");
}

function markOf(verdict: Check["verdict"], style: Style): string {
  if (verdict === "ok") return style.green("ok  ");
  return verdict === "warning" ? style.yellow("warn") : style.red("FAIL");
}
