import type { Phase, PullProgress } from "../../model/event.js";
import type { Action } from "../../model/plan.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { cutEnd, cutMiddle, displayWidth, padColumns } from "../text/text-width.js";
import { formatDurationMs, formatTransferProgress } from "../text/units.js";
import { actionOngoing, phaseWords } from "./format-events.js";

/** An action under way, as its last event told it. */
export interface RunningAction {
  readonly address: string;
  readonly action: Action;
  readonly startedMs: number;
  readonly phase?: Phase;
  readonly pull?: PullProgress | undefined;
  readonly detail?: string | undefined;
}

export interface LiveLayout {
  readonly columns: number;
  readonly rows: number;
  readonly style: Style;
  readonly nowMs: number;
}

const SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const SPINNER_STEP_MS = 100;
const BAR_WIDTH = 20;
const MIN_ADDRESS = 16;
/** The line of the cursor, and one of what came before. */
export const ROWS_KEPT_FREE = 2;

/** One line per action, cut so that none wraps and all fit on the screen: `… and 12 more` stands for the rest. */
export function formatLiveLines(actions: readonly RunningAction[], layout: LiveLayout): string[] {
  const room = Math.max(1, layout.rows - ROWS_KEPT_FREE);
  const shown = actions.length <= room ? actions : actions.slice(0, room - 1);
  const hidden = actions.length - shown.length;
  // The last column stays free: a full line makes some terminals wrap.
  const width = Math.max(1, layout.columns - 1);
  const states = shown.map((action) => describe(action, layout, width));
  const natural = Math.max(0, ...shown.map((action) => displayWidth(makeVisible(action.address))));
  const widest = Math.max(0, ...states.map((state) => displayWidth(state)));
  const addressWidth = Math.min(natural, Math.max(MIN_ADDRESS, width - widest - 4));
  const lines = shown.map((action, index) => {
    const address = padColumns(cutMiddle(makeVisible(action.address), addressWidth), addressWidth);
    return `${spinner(layout)} ${address}  ${states[index] ?? ""}`;
  });
  const more = hidden === 0 ? [] : [layout.style.dim(`… and ${hidden} more`)];
  return [...lines, ...more].map((line) => cutEnd(line, width));
}

export function spinner({ nowMs, style }: LiveLayout): string {
  const step = Math.floor(nowMs / SPINNER_STEP_MS) % SPINNER.length;
  return style.cyan(SPINNER.charAt(step));
}

/** What the action is doing and for how long; the bar only where there is room beside an address. */
function describe(action: RunningAction, { nowMs, style }: LiveLayout, width: number): string {
  const words =
    action.phase === undefined
      ? actionOngoing(action.address, action.action)
      : phaseWords(action.phase, action.address);
  const elapsed = style.dim(formatDurationMs(nowMs - action.startedMs));
  const { pull, detail } = action;
  if (pull === undefined || pull.bytesTotal <= 0) {
    return `${words}${detail === undefined ? "" : ` (${makeVisible(detail)})`}  ${elapsed}`;
  }
  const bytes = formatTransferProgress(pull.bytesDone, pull.bytesTotal);
  const withBar = `${words}  ${formatBar(pull)} ${bytes}  ${elapsed}`;
  return displayWidth(withBar) + MIN_ADDRESS + 4 <= width ? withBar : `${words}  ${bytes}  ${elapsed}`;
}

/** `[=====>    ]`; full only when every byte is here. */
function formatBar({ bytesDone, bytesTotal }: PullProgress): string {
  const share = Math.min(1, Math.max(0, bytesDone / bytesTotal));
  if (share === 1) return `[${"=".repeat(BAR_WIDTH)}]`;
  const done = Math.floor(share * BAR_WIDTH);
  const head = done === 0 && bytesDone <= 0 ? "" : ">";
  return `[${("=".repeat(Math.max(0, done - 1)) + head).padEnd(BAR_WIDTH)}]`;
}
