import type { JobView } from "../../model/job.js";
import {
  formatChunks,
  formatJobEngine,
  formatKey,
  formatLastLine,
  formatTry,
  JOB_PAINTS,
} from "../format-job.js";
import { alignRows } from "../text/format-table.js";
import { cutEnd } from "../text/text-width.js";
import { formatDurationMs } from "../text/units.js";
import { type LiveLayout, ROWS_KEPT_FREE, spinner } from "./live-lines.js";

/**
 * A line for each job that is under way: its phase and for how long, then tries, engine, chunks and the last line that it
 * wrote; cut so that none wraps and all fit on the screen.
 * @param head a line above them
 * @param layout `nowMs` is the time of day: epoch ms
 */
export function formatJobLines(
  jobs: readonly JobView[],
  head: string | undefined,
  layout: LiveLayout,
): string[] {
  const room = Math.max(1, layout.rows - ROWS_KEPT_FREE - (head === undefined ? 0 : 1));
  const shown = jobs.length <= room ? jobs : jobs.slice(0, room - 1);
  const hidden = jobs.length - shown.length;
  // The last column stays free: a full line makes some terminals wrap.
  const width = Math.max(1, layout.columns - 1);
  const rows = shown.map((job) => [`${spinner(layout)} ${formatKey(job.key)}`, ...describe(job, layout)]);
  const more = hidden === 0 ? [] : [layout.style.dim(`… and ${hidden} more`)];
  return [...(head === undefined ? [] : [head]), ...alignRows(rows), ...more].map((line) =>
    cutEnd(line, width),
  );
}

/** Two cells: what it does, and what was last heard of it. */
function describe(job: JobView, { style, nowMs }: LiveLayout): string[] {
  const elapsed = formatDurationMs(nowMs - Date.parse(job.since));
  const details = [
    formatTry(job),
    job.engine === undefined ? undefined : formatJobEngine(job.engine),
    formatChunks(job),
  ].filter((detail) => detail !== undefined);
  const state = `${style[JOB_PAINTS[job.state]](job.state)} ${elapsed}`;
  const last = job.lastLine === undefined ? "" : style.dim(formatLastLine(job.lastLine));
  return [[state, ...details].join(", "), last];
}
