import type { OfflineReport } from "../../model/offline-report.js";
import { fenceAround, formatMarker, inlineCode } from "../markdown/escape.js";
import { COMMENT_BYTES } from "../markdown/fill-comment.js";
import { fitPieces } from "../markdown/fit-budget.js";
import { type CommentOptions, formatWhere } from "../markdown/format-plan-comment.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { formatCount } from "../text/units.js";

const NOT_ASKED = "No host was asked: what would change is not known.";

/** What a file declares, for a terminal. */
export function formatOffline(report: OfflineReport, style: Style): string {
  const path = makeVisible(report.config.path);
  return [
    `${style.bold(makeVisible(report.project))} as ${path} declares it:`,
    "",
    ...describeAll(report).map((line) => `  ${line}`),
    ...report.notes.flatMap((note) => ["", `  ${makeVisible(note)}`]),
    "",
    style.bold(`${path} is valid: ${count(report)}. ${NOT_ASKED}`),
  ].join("\n");
}

/** The comment of a pull request from somebody who may not reach the host; found again by the same marker as a plan's. */
export function formatOfflineComment(report: OfflineReport, options: CommentOptions = {}): string {
  const { project, config } = report;
  const head = [
    formatMarker("plan", { project, file: config.path, environment: options.environment }),
    `### ${inlineCode("warm plan --offline")} ${formatWhere(report, options)}`,
    "",
    `${inlineCode(config.path)} is valid: ${count(report)}. ${NOT_ASKED}`,
  ].join("\n");
  const lines = describeAll(report);
  const [open, close] = fenceAround(lines);
  const [body] = fitPieces(
    [
      {
        lines,
        frame: [`<details><summary>What it declares</summary>\n\n${open}`, `${close}\n\n</details>`],
        sayMissing: (missing) => `${missing} more are left out.`,
      },
    ],
    COMMENT_BYTES - Buffer.byteLength(head),
  );
  return `${head}\n\n${body?.text ?? ""}`;
}

function count({ resources, pools }: OfflineReport): string {
  const ofPools = pools.length === 0 ? "" : ` and ${formatCount(pools.length, "engine pool")}`;
  return `${formatCount(resources.length, "resource")}${ofPools}`;
}

function describeAll({ resources, pools }: OfflineReport): string[] {
  const after = (dependsOn: readonly string[]) =>
    dependsOn.length === 0 ? "" : `  after ${dependsOn.map(makeVisible).join(", ")}`;
  return [
    ...resources.map(({ address, dependsOn }) => `${makeVisible(address)}${after(dependsOn)}`),
    ...pools.map(({ id, size, dependsOn }) => {
      const engines = size.min === size.max ? `${size.min} engines` : `${size.min} to ${size.max} engines`;
      return `engine.${makeVisible(id)}/…  ${engines}${after(dependsOn)}`;
    }),
  ];
}
