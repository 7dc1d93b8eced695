import type { DaemonStatus } from "../model/daemon-status.js";
import type { RevisionMark, RevisionStatus } from "../model/revision-status.js";
import type { WatcherStatus } from "../model/status.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { formatAge, formatCount, formatDurationMs, formatUntil } from "./text/units.js";

const STATES = {
  "running": { words: "running", paint: "green" },
  "paused": { words: "paused", paint: "yellow" },
  "standby": { words: "standing by", paint: "yellow" },
  "host-away": { words: "the host is away", paint: "red" },
  "failing": { words: "its passes fail", paint: "red" },
  "stopped": { words: "stopped", paint: "dim" },
} as const satisfies Record<DaemonStatus["state"], { words: string; paint: keyof Style }>;

/** What a watcher last told of itself, a fact a line. */
export function formatWatcher(watcher: WatcherStatus, style: Style, now: Date): string[] {
  const { config, guard, pause, why } = watcher;
  return [
    `watcher: ${formatState(watcher, style, now)}${formatPass(watcher, now)}`,
    ...(why === undefined || !watcher.isAlive ? [] : [`         ${makeVisible(why)}`]),
    `file:    ${makeVisible(config.path)} ${makeVisible(config.sha256.slice(0, 12))}${formatCommit(config)}`,
    ...(config.error === undefined
      ? []
      : [
          `         ${style.red("not in use as it is now:")} ${makeVisible(config.error.message)}`,
          ...(config.error.hint === undefined
            ? []
            : [`         ${style.cyan("hint:")} ${makeVisible(config.error.hint)}`]),
        ]),
    ...(watcher.revisions === undefined ? [] : formatRevisions(watcher.revisions, watcher, style, now)),
    ...(pause === undefined ? [] : [`pause:   ${formatPause(pause, now)}`]),
    ...(guard === undefined
      ? []
      : [
          `guard:   ${style.red("refused")} to delete ${guard.deletes} of ${guard.owned} objects; \`warm resume --allow-deletes\` lets it`,
        ]),
  ];
}

function formatState(
  { state, isAlive, startedAt, updatedAt, pid, machine }: WatcherStatus,
  style: Style,
  now: Date,
) {
  if (!isAlive && state !== "stopped")
    return `${style.red("gone")}: the last word of pid ${pid} on ${makeVisible(machine)} is ${formatAge(updatedAt, now)} old`;
  const { words, paint } = STATES[state];
  if (state === "stopped") return `${style[paint](words)} ${formatAge(updatedAt, now)} ago`;
  return `${style[paint](words)}, up ${formatAge(startedAt, now)} (pid ${pid})`;
}

function formatPass({ lastPass, isAlive }: WatcherStatus, now: Date): string {
  if (lastPass === undefined || !isAlive) return "";
  const { at, ms, triggers, planned, begun } = lastPass;
  const found = planned === 0 ? "nothing to do" : `${formatCount(planned, "change")}, ${begun} begun`;
  return `; last pass ${formatAge(at, now)} ago (${makeVisible(triggers.join(", "))}) in ${formatDurationMs(ms)}: ${found}`;
}

function formatCommit({ commit, isModified }: DaemonStatus["config"]): string {
  return commit === undefined
    ? ""
    : ` of commit ${makeVisible(commit.slice(0, 12))}${isModified ? ", with changes" : ""}`;
}

/** Where the file comes from, and how far what is wanted has come. */
function formatRevisions(
  { git, wanted, applied, isInSync, why }: RevisionStatus,
  { config: { error }, isAlive }: Pick<WatcherStatus, "config" | "isAlive">,
  style: Style,
  now: Date,
): string[] {
  const reason = why === undefined || error !== undefined ? "" : `: ${makeVisible(why)}`;
  return [
    ...(git === undefined ? [] : formatGit(git, style, now)),
    ...(wanted === undefined || isInSync || !isAlive
      ? []
      : [
          `wanted:  ${formatMark(wanted)} since ${formatAge(wanted.at, now)}, ${style.yellow("not applied yet")}${reason}`,
        ]),
    ...(applied === undefined ? [] : [`applied: ${formatMark(applied)}, ${formatAge(applied.at, now)} ago`]),
  ];
}

function formatGit(
  { url, ref, fetchedAt, error }: NonNullable<RevisionStatus["git"]>,
  style: Style,
  now: Date,
) {
  const asked = fetchedAt === undefined ? "has not answered" : `answered ${formatAge(fetchedAt, now)} ago`;
  return [
    `git:     ${makeVisible(ref)} at ${makeVisible(url)}, ${asked}`,
    ...(error === undefined ? [] : [`         ${style.red("not pulled:")} ${makeVisible(error.message)}`]),
    ...(error?.hint === undefined ? [] : [`         ${style.cyan("hint:")} ${makeVisible(error.hint)}`]),
  ];
}

function formatMark({ sha256, commit }: RevisionMark): string {
  if (commit !== undefined) return `commit ${makeVisible(commit.slice(0, 12))}`;
  return sha256 === undefined ? "nothing" : makeVisible(sha256.slice(0, 12));
}

function formatPause({ since, until, reason, who }: NonNullable<DaemonStatus["pause"]>, now: Date): string {
  const end = until === undefined ? "until `warm resume`" : `ends ${formatUntil(until, now)}`;
  const why = reason === "" ? "" : `: ${makeVisible(reason)}`;
  return `since ${formatAge(since, now)} by ${makeVisible(who)}, ${end}${why}`;
}
