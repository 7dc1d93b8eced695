import { Gauge, type Registry } from "prom-client";
import { ENGINE_STATES, type EngineView, type PoolView } from "../../model/engine.js";
import { toSeconds } from "./seconds.js";

/** How the pools stand at the moment of a scrape. */
export interface PoolGauges {
  /** @param views undefined while nobody keeps the pools: nothing is told of them then */
  read(views: readonly PoolView[] | undefined, nowMs: number): void;
}

export function createPoolGauges(registry: Registry): PoolGauges {
  const gauge = (name: string, help: string, ...labels: string[]) =>
    new Gauge({ name, help, labelNames: ["pool", ...labels], registers: [registry] });
  const gauges = {
    engines: gauge("warm_pool_engines", "Engines by what they are doing.", "state"),
    target: gauge("warm_pool_target", "Engines that the pool has to have now."),
    buffer: gauge("warm_pool_buffer", "Engines that are ready and that nobody has."),
    queued: gauge("warm_lease_queue_depth", "Asks for an engine that wait in the queue."),
    circuit: gauge(
      "warm_circuit_open",
      "1 while no more engines are started because too many in a row failed.",
    ),
    rolled: gauge(
      "warm_rollout_progress_ratio",
      "Share of the engines that are of the present spec and image.",
    ),
    paused: gauge("warm_rollout_paused", "1 while a rollout waits because it made no progress."),
    uses: gauge("warm_engine_uses", "Jobs that the engines there are have taken.", "stat"),
    age: gauge(
      "warm_engine_age_seconds",
      "Age of the engines there are, at least: the first steps of one that has taken many jobs may be forgotten.",
      "stat",
    ),
  };
  const births = createBirths();

  function set(view: PoolView, nowMs: number): void {
    const { id: pool, target, counts, queued, breaker, rollout, engines } = view;
    for (const state of ENGINE_STATES) gauges.engines.set({ pool, state }, counts[state]);
    gauges.target.set({ pool }, target);
    gauges.buffer.set({ pool }, counts.ready);
    gauges.queued.set({ pool }, queued);
    gauges.circuit.set({ pool }, breaker === undefined ? 0 : 1);
    gauges.rolled.set({ pool }, shareOfPresent(rollout?.stale ?? 0, engines.length));
    gauges.paused.set({ pool }, rollout?.pausedBecause === undefined ? 0 : 1);
    const ages = engines.map((engine) => toSeconds(nowMs - births.of(engine)));
    setStats(
      gauges.uses,
      pool,
      engines.map(({ jobs }) => jobs),
    );
    setStats(gauges.age, pool, ages);
  }

  return {
    read(views, nowMs) {
      for (const one of Object.values(gauges)) one.reset();
      for (const view of views ?? []) set(view, nowMs);
      if (views !== undefined) births.keep(views);
    },
  };
}

const shareOfPresent = (stale: number, all: number) => (all === 0 ? 1 : (all - stale) / all);

/** A series for each engine would be one more with each that is replaced. */
function setStats(gauge: Gauge, pool: string, values: readonly number[]): void {
  if (values.length === 0) return;
  const sum = values.reduce((total, value) => total + value, 0);
  gauge.set({ pool, stat: "mean" }, sum / values.length);
  gauge.set({ pool, stat: "max" }, Math.max(...values));
}

/** When engines were begun, by container ID: their histories forget it after some jobs. */
function createBirths() {
  const births = new Map<string, number>();
  return {
    /** Of one that was seen for the first time late: when its oldest known step was. */
    of({ containerId, history, since }: EngineView): number {
      const bornMs = births.get(containerId) ?? Date.parse(history[0]?.at ?? since);
      births.set(containerId, bornMs);
      return bornMs;
    },
    keep(views: readonly PoolView[]): void {
      const standing = new Set(views.flatMap(({ engines }) => engines.map(({ containerId }) => containerId)));
      for (const containerId of births.keys()) if (!standing.has(containerId)) births.delete(containerId);
    },
  };
}
