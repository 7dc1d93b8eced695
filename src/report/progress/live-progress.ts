import type { ApplyEvent } from "../../model/event.js";
import type { Style } from "../text/style.js";
import { formatEventLine } from "./format-events.js";
import { formatLiveLines, type RunningAction } from "./live-lines.js";
import { createLiveRegion } from "./live-region.js";

export interface LiveProgressOptions {
  /** Gets whole frames: what was written must reach the terminal in that order. */
  readonly write: (text: string) => void;
  readonly columns: () => number;
  /** Height of the terminal; 24 when it cannot be asked. */
  readonly rows?: () => number;
  readonly style: Style;
  /** Milliseconds; only differences count. */
  readonly now: () => number;
}

export interface LiveProgress {
  handle(event: ApplyEvent): void;
  /** A word beside the events, which stays above the live lines. */
  say(text: string): void;
  /** Leaves the finished lines and a visible cursor. Later events are written as plain lines. */
  stop(): void;
}

const FRAME_MS = 100;

/**
 * Progress on a terminal: a line for each running action at the bottom, what is over scrolls up above them.
 * Draws at most ten times a second, by a timer that does not keep the process alive.
 */
export function createLiveProgress(options: LiveProgressOptions): LiveProgress {
  const { write, columns, rows = () => 24, style, now } = options;
  const region = createLiveRegion(write);
  const running = new Map<string, RunningAction>();
  let waiting: string[] = [];
  let lastDrawMs = Number.NEGATIVE_INFINITY;
  let isDirty = false;
  let isStopped = false;

  const draw = () => {
    const lines = isStopped
      ? []
      : formatLiveLines([...running.values()], { columns: columns(), rows: rows(), style, nowMs: now() });
    region.draw(waiting, lines, columns());
    waiting = [];
    isDirty = false;
    lastDrawMs = now();
  };
  const timer = setInterval(() => {
    if (isDirty || running.size > 0) draw();
  }, FRAME_MS);
  timer.unref();

  return {
    handle(event) {
      track(running, event, now());
      const line = isPermanent(event) ? formatEventLine(event, style) : undefined;
      if (line !== undefined) waiting.push(...line.split("\n"));
      isDirty = true;
      if (isStopped || now() - lastDrawMs >= FRAME_MS) draw();
    },
    say(text) {
      waiting.push(...text.split("\n"));
      draw();
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      clearInterval(timer);
      draw();
      region.close();
    },
  };
}

/** What stays on the screen; a start and its progress are shown by the live lines alone. */
function isPermanent(event: ApplyEvent): boolean {
  return event.type !== "action-started" && event.type !== "action-progress";
}

/** Keeps the running actions in the order in which they started. */
function track(running: Map<string, RunningAction>, event: ApplyEvent, nowMs: number): void {
  switch (event.type) {
    case "action-started":
      running.set(event.address, { address: event.address, action: event.action, startedMs: nowMs });
      return;
    case "action-progress": {
      const { address, action, phase, pull, detail } = event;
      const startedMs = running.get(address)?.startedMs ?? nowMs;
      running.set(address, { address, action, startedMs, phase, pull, detail });
      return;
    }
    case "action-done":
    case "action-failed":
    case "action-skipped":
      running.delete(event.address);
      return;
    default:
      return;
  }
}
