import type { ApplyEvent, Phase } from "../../model/event.js";
import type { Action } from "../../model/plan.js";
import { formatFailureDetails } from "../format-error.js";
import { formatHolderShort } from "../format-holder.js";
import { actionWords, kindOf } from "../plan-text/action-words.js";
import { makeVisible } from "../text/make-visible.js";
import type { Style } from "../text/style.js";
import { formatDurationMs } from "../text/units.js";

type ProgressEvent = Extract<ApplyEvent, { type: "action-progress" }>;
type FailedEvent = Extract<ApplyEvent, { type: "action-failed" }>;

const PHASE_WORDS = {
  pulling: "pulling",
  seeding: "seeding",
  creating: "creating",
  starting: "starting",
  waiting: "waiting until healthy",
  removing: "removing",
} as const satisfies Record<Phase, string>;

/** What an action is busy with, in a word or three. */
export const phaseWords = (phase: Phase, address: string): string =>
  phase === "waiting" && address.startsWith("engine.") ? "waiting until ready" : PHASE_WORDS[phase];

/** What an action is busy with before it says more: `pulling`, `starting`. */
export const actionOngoing = (address: string, action: Action): string =>
  actionWords(action, kindOf(address)).ongoing;

/**
 * One event as a line (a failure: as a line and its details, indented). undefined for what is no line of a log:
 * byte counts of a pull, and the summary, which the command itself prints last.
 */
export function formatEventLine(event: ApplyEvent, style: Style): string | undefined {
  switch (event.type) {
    case "lock-waiting":
      return style.yellow(`lock: waiting for ${formatHolderShort(event.holder)}`);
    case "lock-broken":
      return style.yellow(`lock: expired and broken; it was held by ${formatHolderShort(event.holder)}`);
    case "action-started":
      return about(event.address, actionOngoing(event.address, event.action));
    case "action-progress":
      return formatProgress(event);
    case "action-retrying": {
      const when = `trying again in ${formatDurationMs(event.delayMs)} (attempt ${event.attempt})`;
      return about(event.address, `${style.yellow(when)}: ${makeVisible(event.message)}`);
    }
    case "action-done": {
      const { past } = actionWords(event.action, kindOf(event.address));
      const done = `${style.green(past)} in ${formatDurationMs(event.ms)}`;
      return about(event.address, done + inParentheses(event.detail));
    }
    case "action-failed":
      return formatFailure(event, style);
    case "action-skipped":
      return about(event.address, `${style.yellow("skipped")}: ${makeVisible(event.because)}`);
    case "summary":
      return undefined;
    default:
      return event satisfies never;
  }
}

/**
 * Lines for a log from a stream of events: like {@link formatEventLine}, but progress is told only when the phase
 * of its action changes.
 */
export function createEventLog(style: Style): (event: ApplyEvent) => string | undefined {
  const told = new Map<string, string>();
  return (event) => {
    if (event.type !== "action-started" && event.type !== "action-progress")
      return formatEventLine(event, style);
    const words =
      event.type === "action-started"
        ? actionOngoing(event.address, event.action)
        : phaseWords(event.phase, event.address);
    if (told.get(event.address) === words) return undefined;
    told.set(event.address, words);
    return about(event.address, words + inParentheses("detail" in event ? event.detail : undefined));
  };
}

const about = (address: string, text: string) => `${makeVisible(address)}: ${text}`;
const inParentheses = (detail: string | undefined) =>
  detail === undefined ? "" : ` (${makeVisible(detail)})`;

function formatProgress(event: ProgressEvent): string | undefined {
  if (event.pull !== undefined) return undefined;
  return about(event.address, phaseWords(event.phase, event.address) + inParentheses(event.detail));
}

function formatFailure(event: FailedEvent, style: Style): string {
  const head = about(
    event.address,
    `${style.red("failed")}: ${makeVisible(event.message)} (${makeVisible(event.code)})`,
  );
  return [head, ...formatFailureDetails(event, style).map((line) => `    ${line}`)].join("\n");
}
