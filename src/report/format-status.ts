import type { ProjectStatus, ResourceStatus, SyncState } from "../model/status.js";
import { reasonsSentence } from "./plan-text/reasons.js";
import { formatJson } from "./text/format-json.js";
import { alignRows, columnWidths } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd, cutMiddle } from "./text/text-width.js";
import { formatCount } from "./text/units.js";

const HEADINGS = ["ADDRESS", "STATE", "HEALTH", "SYNC", "WHY"] as const;
const GAPS = 2 * (HEADINGS.length - 1);
/** Neither of the two long columns is cut below this while the other can still give. */
const ENOUGH = 24;

const SYNC = {
  "in-sync": { words: "in sync", paint: "green" },
  "out-of-sync": { words: "out of sync", paint: "yellow" },
  "conflict": { words: "conflict", paint: "red" },
} as const satisfies Record<SyncState, { words: string; paint: keyof Style }>;

/**
 * A project's resources as a table, notes, and a summary as the last line. No line feed at the end.
 * @param columns width of the terminal, which the table keeps to; Infinity where there is none
 */
export function formatStatus(status: ProjectStatus, style: Style, columns: number): string {
  const rows = status.resources.map(toCells);
  const widths = columnWidths([HEADINGS, ...rows]);
  const [addressWidth, whyWidth] = shareWidth(widths, columns);
  const painted = rows.map(([address, state, health, , why], index) => {
    const sync = SYNC[status.resources[index]?.sync ?? "in-sync"];
    const cells = [cutMiddle(address, addressWidth), state, paintHealth(health, style)];
    return [...cells, style[sync.paint](sync.words), cutEnd(why, whyWidth)];
  });
  const table =
    rows.length === 0 ? [] : alignRows([HEADINGS.map((heading) => style.dim(heading)), ...painted]);
  const sections = [
    [formatHost(status, style)],
    table.map((line) => cutEnd(line, columns)),
    status.notes.map((note) => `note: ${makeVisible(note)}`),
    [style.bold(formatStatusSummary(status))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function formatHost({ project, host }: ProjectStatus, style: Style): string {
  const facts = `${host.endpoint} (Docker ${host.version}, ${host.os}/${host.arch})`;
  return `${style.bold(makeVisible(project))} on ${makeVisible(facts)}`;
}

type Cells = readonly [address: string, state: string, health: string, sync: string, why: string];

function toCells(resource: ResourceStatus): Cells {
  const why = reasonsSentence(resource.reasons, resource.kind);
  const sync = SYNC[resource.sync].words;
  return [makeVisible(resource.address), makeVisible(resource.state), resource.health ?? "-", sync, why];
}

/** What the short columns leave is shared by the address and the reason, the longer one giving first. */
function shareWidth(widths: readonly number[], columns: number): [number, number] {
  const [address = 0, state = 0, health = 0, sync = 0, why = 0] = widths;
  const left = columns - state - health - sync - GAPS;
  if (address + why <= left) return [address, why];
  const forAddress = Math.max(Math.min(address, ENOUGH), left - Math.min(why, ENOUGH * 2), 0);
  const addressWidth = Math.min(address, forAddress);
  return [addressWidth, Math.max(0, left - addressWidth)];
}

function paintHealth(health: string, style: Style): string {
  if (health === "healthy") return style.green(health);
  return health === "unhealthy" ? style.red(health) : style.dim(health);
}

function countSync({ resources }: ProjectStatus): Record<"inSync" | "outOfSync" | "conflict", number> {
  const count = (sync: SyncState) => resources.filter((resource) => resource.sync === sync).length;
  return { inSync: count("in-sync"), outOfSync: count("out-of-sync"), conflict: count("conflict") };
}

function formatStatusSummary(status: ProjectStatus): string {
  const { inSync, outOfSync, conflict } = countSync(status);
  const total = status.resources.length;
  if (total === 0) return "Nothing declared, and nothing of ours on the host.";
  if (inSync === total) return total === 1 ? "1 resource, in sync." : `All ${total} resources in sync.`;
  const parts = [
    `${inSync} of ${total} in sync`,
    ...(outOfSync > 0 ? [`${outOfSync} out of sync`] : []),
    ...(conflict > 0 ? [formatCount(conflict, "conflict")] : []),
  ];
  return `${parts.join(", ")}.`;
}

/** The same facts for tools, with keys in a fixed order. Ends in a line feed. */
export function formatStatusJson(status: ProjectStatus): string {
  const { id, endpoint, version, apiVersion, os, arch } = status.host;
  const ordered = {
    format: "warm.status/1",
    project: status.project,
    host: { id, endpoint, version, apiVersion, os, arch },
    summary: countSync(status),
    resources: status.resources.map(({ address, kind, name, sync, state, health, reasons }) => ({
      address,
      kind,
      name,
      sync,
      state,
      health: health ?? null,
      reasons,
    })),
    notes: status.notes,
  };
  return `${formatJson(ordered)}\n`;
}
