import type { ImportSummary, Remark, Takeover } from "../model/import-summary.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatCount } from "./text/units.js";

/** So many of one kind are told; more of them are counted. */
const MOST_TOLD = 20;

/**
 * What an import came to and what is to be done next, for whoever reads beside the file.
 * @param file what was written, as the user named it; undefined where it was printed
 */
export function formatImport(summary: ImportSummary, style: Style, file: string | undefined): string {
  const { templates, sessions, pools, project, secrets } = summary;
  const counts = [
    formatCount(templates, "template"),
    formatCount(sessions, "session"),
    formatCount(pools, "pool"),
  ].join(", ");
  const sections = [
    [
      `${file === undefined ? "Found" : `Wrote ${makeVisible(file)}:`} ${counts}, for the project ${makeVisible(project)}.`,
    ],
    titled("To be completed by hand:", summary.toComplete.map(formatRemark), style),
    titled("Left out:", summary.leftOut.map(formatRemark), style),
    titled("Set in warm's environment, which the file takes secrets from:", secrets.map(makeVisible), style),
    titled(
      "Not this project's yet, so `warm plan` shows conflicts. `--adopt ADDRESS` takes one over by making it anew:",
      summary.takeovers.map(formatTakeover),
      style,
    ),
    ["Next: `warm validate`, then `warm plan`. Nothing on the host has changed."],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function titled(title: string, lines: readonly string[], style: Style): string[] {
  if (lines.length === 0) return [];
  const more = lines.length - MOST_TOLD;
  const told = lines.slice(0, MOST_TOLD).map((line) => `  ${line}`);
  return [style.bold(title), ...told, ...(more > 0 ? [`  and ${more} more`] : [])];
}

const formatRemark = ({ what, why }: Remark) => `${makeVisible(what)}: ${makeVisible(why)}`;

const formatTakeover = ({ address, caution }: Takeover) =>
  caution === undefined ? makeVisible(address) : `${makeVisible(address)}: ${makeVisible(caution)}`;
