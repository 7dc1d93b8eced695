import { Counter, Histogram, type Registry } from "prom-client";
import type { ApplyEvent } from "../../model/event.js";
import { parseEngineAddress } from "../../model/names.js";
import { createPoolCounter, variantsOf } from "./pool-series.js";
import { createPullMetrics } from "./pull-metrics.js";
import { toSeconds } from "./seconds.js";
import { START_FAILURES, startFailure } from "./start-failure.js";
import type { StartTimes } from "./start-times.js";
import { createWorkClock, type WorkStep } from "./work-clock.js";

export interface WorkMetrics {
  /** @param atMs when it was told */
  observe(event: ApplyEvent, atMs: number): void;
  keep(pools: ReadonlySet<string>): void;
}

/** Seconds, from 10 ms to an hour. */
const WORK_BUCKETS = [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600];
/** Seconds, from 0.1 s to a quarter of an hour. */
const SEED_BUCKETS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 900];

/** The work on resources: what it is, what it takes, and what it fails with. */
export function createWorkMetrics(registry: Registry, starts: StartTimes): WorkMetrics {
  const registers = [registry];
  const clock = createWorkClock();
  const pulls = createPullMetrics(registry);
  const done = new Histogram({
    ...{ name: "warm_action_seconds", help: "Seconds of work on resources, waits for their users included." },
    ...{ labelNames: ["kind", "action", "result"], buckets: WORK_BUCKETS, registers },
  });
  const failures = new Counter({
    ...{ name: "warm_action_failures_total", help: "Work on resources that failed, by error code." },
    ...{ labelNames: ["kind", "code"], registers },
  });
  const seeded = new Histogram({
    ...{ name: "warm_volume_seed_seconds", help: "Seconds to fill a template's volume from its blob." },
    ...{ labelNames: ["result"], buckets: SEED_BUCKETS, registers },
  });
  const startFailures = createPoolCounter(registry, {
    name: "warm_create_failures_total",
    help: "Engines that could not be made, by what was wrong.",
    labels: ["reason"],
    variants: variantsOf(START_FAILURES),
  });

  function finish({ address, kind, action, ms, phase, code }: Extract<WorkStep, { type: "over" }>): void {
    const result = code === undefined ? "done" : "failed";
    done.observe({ kind, action, result }, toSeconds(ms));
    if (phase?.phase === "pulling") pulls.finish(address, result, phase.ms);
    if (phase?.phase === "seeding") seeded.observe({ result }, toSeconds(phase.ms));
    if (code === undefined) return;
    failures.inc({ kind, code });
    const engine = parseEngineAddress(address);
    const reason = startFailure(code);
    const isStart = action === "create" || action === "replace";
    if (engine !== undefined && reason !== undefined && isStart) startFailures.of(engine.pool)[reason].inc();
  }

  function endPhase({ address, phase, ms }: Extract<WorkStep, { type: "phase" }>): void {
    const engine = phase === "creating" ? parseEngineAddress(address) : undefined;
    if (engine !== undefined) starts.add(engine.pool, "creating", ms);
  }

  return {
    observe(event, atMs) {
      const step = clock.follow(event, atMs);
      if (step?.type === "bytes") pulls.addBytes(step.address, step.bytes);
      else if (step?.type === "phase") endPhase(step);
      else if (step?.type === "over") finish(step);
    },
    keep(pools) {
      startFailures.keep(pools);
      starts.keep(pools);
    },
  };
}
