import { Gauge, type Registry } from "prom-client";
import { JOB_PHASES, type JobOutcome, type JobTimings, type JobView } from "../../model/job.js";
import { createPoolCounter, createPoolHistogram, variantsOf } from "./pool-series.js";
import { toSeconds } from "./seconds.js";

export interface JobMetrics {
  /** A job has changed. */
  observe(job: JobView): void;
  /**
   * @param jobs undefined while nobody runs them
   * @param pools undefined while nobody keeps them
   */
  read(jobs: readonly JobView[] | undefined, pools: ReadonlySet<string> | undefined): void;
}

/** Seconds, from 10 ms to an hour. */
const BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 120, 300, 600, 1800, 3600];
/** A job that is over may still change a little; so many later ones are over before that cannot be any more. */
const REMEMBERED = 1_000;

export function createJobMetrics(registry: Registry): JobMetrics {
  const totals = createPoolCounter(registry, {
    name: "warm_job_total",
    help: "Jobs that are over, by what came of them; cached: the result was there.",
    labels: ["result"],
    variants: variantsOf(["done", "cached", "failed", "cancelled"]),
  });
  const taken = createPoolHistogram(registry, {
    name: "warm_job_seconds",
    help: "Seconds of jobs that were done, by phase of their last try; total: from the submission on.",
    labels: ["phase"],
    variants: variantsOf([...JOB_PHASES, "total"]),
    buckets: BUCKETS,
  });
  const open = new Gauge({
    ...{ name: "warm_jobs", help: "Jobs that are not over, by phase." },
    ...{ labelNames: ["pool", "phase"], registers: [registry] },
  });
  const ended = createMemory(REMEMBERED);

  return {
    observe({ id, pool, state, outcome }) {
      if (outcome === undefined || !ended.isNew(id)) return;
      totals.of(pool)[resultOf(state, outcome)].inc();
      if (!outcome.success || outcome.cached) return;
      const phases = taken.of(pool);
      for (const phase of [...JOB_PHASES, "total"] as const)
        phases[phase].observe(toSeconds(outcome.timings[`${phase}Ms` satisfies keyof JobTimings]));
    },
    read(jobs, pools) {
      open.reset();
      for (const series of [totals, taken]) if (pools !== undefined) series.keep(pools);
      if (jobs === undefined) return;
      for (const pool of pools ?? []) for (const phase of JOB_PHASES) open.set({ pool, phase }, 0);
      for (const { pool, state, outcome } of jobs)
        if (outcome === undefined) open.inc({ pool, phase: state });
    },
  };
}

function resultOf(state: JobView["state"], { success, cached }: JobOutcome) {
  if (success) return cached ? "cached" : "done";
  return state === "cancelled" ? "cancelled" : "failed";
}

/** The last ids that came. */
function createMemory(most: number) {
  const ids = new Set<string>();
  return {
    isNew(id: string): boolean {
      if (ids.has(id)) return false;
      ids.add(id);
      for (const oldest of ids) {
        if (ids.size <= most) break;
        ids.delete(oldest);
      }
      return true;
    },
  };
}
