import type { Hold } from "../model/daemon-status.js";
import type { ProjectStatus, ResourceStatus, SyncState, WatcherStatus } from "../model/status.js";
import { formatFailureDetails } from "./format-error.js";
import { formatWatcher } from "./format-watcher.js";
import { reasonsSentence } from "./plan-text/reasons.js";
import { formatJson } from "./text/format-json.js";
import { alignRows, columnWidths } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd, cutMiddle } from "./text/text-width.js";
import { formatAge, formatCount, formatUntil } from "./text/units.js";

const HEADINGS = ["ADDRESS", "STATE", "HEALTH", "SYNC", "SINCE", "WHY"] as const;
const SINCE = HEADINGS.indexOf("SINCE");
const GAPS = 2 * (HEADINGS.length - 1);
/** Neither of the two long columns is cut below this while the other can still give. */
const ENOUGH = 24;

const SYNC = {
  "in-sync": { words: "in sync", paint: "green" },
  "out-of-sync": { words: "out of sync", paint: "yellow" },
  "conflict": { words: "conflict", paint: "red" },
} as const satisfies Record<SyncState, { words: string; paint: keyof Style }>;

/**
 * A project's watcher and resources, what failed and when it is tried again, notes, and a summary as the last line. No
 * line feed at the end.
 * @param columns width of the terminal, which the table keeps to; Infinity where there is none
 */
export function formatStatus(status: ProjectStatus, style: Style, columns: number, now: Date): string {
  const rows = status.resources.map((resource) => toCells(resource, now));
  const widths = columnWidths([HEADINGS, ...rows]);
  const [addressWidth, whyWidth] = shareWidth(widths, columns);
  const painted = rows.map(([address, state, health, , since, why], index) => {
    const sync = SYNC[status.resources[index]?.sync ?? "in-sync"];
    const cells = [cutMiddle(address, addressWidth), state, paintHealth(health, style)];
    return [...cells, style[sync.paint](sync.words), style.dim(since), cutEnd(why, whyWidth)];
  });
  // Without a watcher nobody knows since when.
  const hasSince = rows.some((row) => row[SINCE] !== "-");
  const shown = (cells: readonly string[]) => cells.filter((_cell, index) => hasSince || index !== SINCE);
  const table =
    rows.length === 0
      ? []
      : alignRows([HEADINGS.map((heading) => style.dim(heading)), ...painted].map(shown));
  const sections = [
    [...formatHost(status, style), ...(status.watcher ? formatWatcher(status.watcher, style, now) : [])],
    table.map((line) => cutEnd(line, columns)),
    ...status.resources.map((resource) => formatTrouble(resource, style, now)),
    status.notes.map((note) => `note: ${makeVisible(note)}`),
    [style.bold(formatStatusSummary(status))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join("\n"))
    .join("\n\n");
}

function formatHost({ project, host }: ProjectStatus, style: Style): string[] {
  if (host === undefined) return [style.bold(makeVisible(project))];
  const facts = `${host.endpoint} (Docker ${host.version}, ${host.os}/${host.arch})`;
  return [`${style.bold(makeVisible(project))} on ${makeVisible(facts)}`];
}

type Cells = readonly [
  address: string,
  state: string,
  health: string,
  sync: string,
  since: string,
  why: string,
];

function toCells({ address, state, health, sync, reasons, kind, memory }: ResourceStatus, now: Date): Cells {
  const hold = memory?.hold === undefined || sync === "in-sync" ? "" : HOLDS[memory.hold];
  const why = [reasonsSentence(reasons, kind), hold].filter(Boolean).join("; ");
  // What a watcher remembers of another state says nothing of this one.
  const since = memory?.sync === sync ? formatAge(memory.since, now) : "-";
  return [makeVisible(address), makeVisible(state), health ?? "-", SYNC[sync].words, since, why];
}

const HOLDS = {
  "in-flight": "being worked on",
  "waiting": "waits for something else",
  "backing-off": "tried again later",
  "flapping": "flapping: left alone until it changes, or `warm resume`",
  "conflict": "",
  "paused": "paused",
  "guarded": "held back: too much would be deleted",
  "drift-only-told": "only told: `drift: detect`",
  "breaker-open": "too many failed: no more are tried until `warm recycle`",
  "rollout-paused": "the rollout is paused: `warm recycle` goes on with it",
  "refill-limited": "waits for its turn: `scale.refill`",
  "standby": "",
} as const satisfies Record<Hold, string>;

/** The last error of a resource, when it is tried again, and its container's last words. */
function formatTrouble({ address, name, memory }: ResourceStatus, style: Style, now: Date): string[] {
  const { error, failures = 0, nextTryAt } = memory ?? {};
  if (error === undefined) return [];
  const next = nextTryAt === undefined ? "" : `, the next ${formatUntil(nextTryAt, now)}`;
  const tries = `failed ${formatCount(failures, "time")}, last ${formatAge(error.at, now)} ago${next}`;
  const about = error.message.includes(name) ? "" : `${makeVisible(address)}: `;
  return [
    `${style.red("failed:")} ${about}${makeVisible(error.message)} ${style.dim(`(${tries})`)}`,
    ...formatFailureDetails(error, style).map((line) => `  ${line}`),
  ];
}

/** What the short columns leave is shared by the address and the reason, the longer one giving first. */
function shareWidth(widths: readonly number[], columns: number): [number, number] {
  const [address = 0, state = 0, health = 0, sync = 0, since = 0, why = 0] = widths;
  const left = columns - state - health - sync - since - GAPS;
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

export type StatusDocument = ReturnType<typeof toStatusDocument>;

/** The same facts for tools, with keys in a fixed order. Ends in a line feed. */
export function formatStatusJson(status: ProjectStatus): string {
  return `${formatJson(toStatusDocument(status))}\n`;
}

function toStatusDocument(status: ProjectStatus) {
  const { host, watcher } = status;
  return {
    format: "warm.status/1" as const,
    project: status.project,
    host: host && {
      id: host.id,
      endpoint: host.endpoint,
      version: host.version,
      apiVersion: host.apiVersion,
      os: host.os,
      arch: host.arch,
    },
    watcher: watcher === undefined ? null : toJsonWatcher(watcher),
    summary: countSync(status),
    resources: status.resources.map(({ address, kind, name, sync, state, health, reasons, memory }) => ({
      address,
      kind,
      name,
      sync,
      state,
      health: health ?? null,
      reasons,
      since: memory?.sync === sync ? memory.since : null,
      hold: memory?.hold ?? null,
      failures: memory?.failures ?? 0,
      error: memory?.error ?? null,
      nextTryAt: memory?.nextTryAt ?? null,
    })),
    notes: status.notes,
  };
}

/** What it remembers of each resource stands with the resource. */
function toJsonWatcher({
  resources: _withThem,
  format: _own,
  ...watcher
}: WatcherStatus): Omit<WatcherStatus, "resources" | "format"> {
  return watcher;
}
