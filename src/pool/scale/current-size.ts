import { Cron } from "croner";
import type { PoolPolicy, PoolSize, ScheduleEntry } from "../../model/pool.js";

export interface CurrentSize {
  readonly size: PoolSize;
  readonly isScheduled: boolean;
  /** When it is worth to ask again, by the clock on the wall; Infinity: it never changes. */
  readonly untilMs: number;
}

type Sized = Pick<PoolPolicy, "size" | "schedule">;
const MINUTE_MS = 60_000;
/** What clocks are put forward by. */
const GAP_MS = 3_600_000;

/**
 * The size of a pool by its schedule. A cron time is a whole minute, and windows open at cron times, so what was found is
 * good until the next minute or the end of the window.
 */
export class SizeSchedule {
  #last: { readonly policy: Sized; readonly fromMs: number; readonly found: CurrentSize } | undefined;
  #entries: readonly ScheduleEntry[] | undefined;
  #crons: readonly (Cron | undefined)[] = [];

  /** @param wallMs by the clock on the wall */
  at(policy: Sized, wallMs: number): CurrentSize {
    if (policy.schedule.length === 0)
      return { size: policy.size, isScheduled: false, untilMs: Number.POSITIVE_INFINITY };
    const last = this.#last;
    const isGood = last?.policy === policy && wallMs >= last.fromMs && wallMs < last.found.untilMs;
    if (last !== undefined && isGood) return last.found;
    const found = this.#find(policy, wallMs);
    this.#last = { policy, fromMs: wallMs, found };
    return found;
  }

  #find({ size, schedule }: Sized, wallMs: number): CurrentSize {
    if (this.#entries !== schedule) {
      this.#crons = schedule.map(openCron);
      this.#entries = schedule;
    }
    const nextMinuteMs = (Math.floor(wallMs / MINUTE_MS) + 1) * MINUTE_MS;
    for (const [index, entry] of schedule.entries()) {
      const openedMs = firstOpening(this.#crons[index], entry.forMs, wallMs);
      if (openedMs === undefined) continue;
      return { size: entry.size, isScheduled: true, untilMs: Math.min(nextMinuteMs, openedMs + entry.forMs) };
    }
    return { size, isScheduled: false, untilMs: nextMinuteMs };
  }
}

/** What the file's rules let through and croner does not take has no windows. */
function openCron({ cron, timeZone }: ScheduleEntry): Cron | undefined {
  try {
    return new Cron(cron, { paused: true, timezone: timeZone, mode: "5-part" });
  } catch {
    return undefined;
  }
}

/**
 * A window is open if it opened within the last `forMs`. Asked forwards from there: croner 10 throws on the way back for
 * days that not every year has (29 February). And from an hour before: a time that the clocks skip is moved behind the
 * gap, which croner sees only from before it.
 * @returns an opening of a window that is still open
 */
function firstOpening(cron: Cron | undefined, forMs: number, wallMs: number): number | undefined {
  for (const fromMs of [wallMs - forMs, wallMs - forMs - GAP_MS]) {
    const openedMs = cron?.nextRun(new Date(fromMs))?.getTime();
    if (openedMs !== undefined && openedMs > wallMs - forMs && openedMs <= wallMs) return openedMs;
  }
  return undefined;
}
