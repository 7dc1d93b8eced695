import type { JobView } from "../../model/job.js";
import { formatJobLines } from "./job-lines.js";
import type { LiveProgressOptions } from "./live-progress.js";
import { createLiveRegion } from "./live-region.js";

export interface JobProgress {
  /** The jobs that are under way now, and what the line above them says at a time. */
  show(jobs: readonly JobView[], head: ((nowMs: number) => string) | undefined): void;
  /** Lines that stay above the live ones. */
  say(text: string): void;
  /** Leaves what was said and a visible cursor. */
  stop(): void;
}

const FRAME_MS = 100;

/**
 * Jobs on a terminal, a line each at its bottom. Draws at most ten times a second, by a timer that does not keep the
 * process alive.
 * @param options `now` is the time of day: epoch ms
 */
export function createJobProgress(options: LiveProgressOptions): JobProgress {
  const { write, columns, rows = () => 24, style, now } = options;
  const region = createLiveRegion(write);
  let running: readonly JobView[] = [];
  let above: ((nowMs: number) => string) | undefined;
  let waiting: string[] = [];
  let isStopped = false;

  const draw = () => {
    const layout = { columns: columns(), rows: rows(), style, nowMs: now() };
    const lines = isStopped ? [] : formatJobLines(running, above?.(layout.nowMs), layout);
    region.draw(waiting, lines, layout.columns);
    waiting = [];
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();

  return {
    show(jobs, head) {
      running = jobs;
      above = head;
    },
    say(text) {
      waiting.push(...text.split("\n"));
      if (isStopped) draw();
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
