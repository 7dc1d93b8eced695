import { JOB_PHASES, type JobPhase, type JobTimings } from "../model/job.js";

/** How long a job was in each phase; of phases that it went through again, the last time. */
export interface PhaseClock {
  enter(phase: JobPhase): void;
  stop(): void;
  timings(): JobTimings;
}

/** Begins in `queued`. @param nowMs monotonic */
export function createPhaseClock(nowMs: () => number): PhaseClock {
  const startedMs = nowMs();
  const spent = new Map<JobPhase, number>();
  let current: JobPhase = "queued";
  let sinceMs = startedMs;
  let endedMs: number | undefined;

  const spentIn = (phase: JobPhase) => {
    const before = spent.get(phase) ?? 0;
    return phase === current && endedMs === undefined ? before + nowMs() - sinceMs : before;
  };

  function enter(phase: JobPhase): void {
    if (phase === current || endedMs !== undefined) return;
    const now = nowMs();
    spent.set(current, (spent.get(current) ?? 0) + now - sinceMs);
    // A further try: what the one before spent is none of its.
    if (JOB_PHASES.indexOf(phase) < JOB_PHASES.indexOf(current))
      for (const later of JOB_PHASES.slice(JOB_PHASES.indexOf(phase))) spent.delete(later);
    current = phase;
    sinceMs = now;
  }

  return {
    enter,
    stop() {
      if (endedMs !== undefined) return;
      endedMs = nowMs();
      spent.set(current, (spent.get(current) ?? 0) + endedMs - sinceMs);
    },
    timings: () => ({
      queuedMs: round(spentIn("queued")),
      leasingMs: round(spentIn("leasing")),
      loadingMs: round(spentIn("loading")),
      generatingMs: round(spentIn("generating")),
      exportingMs: round(spentIn("exporting")),
      processingMs: round(spentIn("processing")),
      totalMs: round((endedMs ?? nowMs()) - startedMs),
    }),
  };
}

const round = (ms: number) => Math.round(ms * 10) / 10;
