import { setTimeout as sleep } from "node:timers/promises";
import { collectDefaultMetrics, Registry } from "prom-client";
import type { FeedItem } from "../../daemon/feed/feed.js";
import type { Overview, Served } from "../../daemon/served.js";
import { WarmError } from "../../errors.js";
import type { ProjectStatus } from "../../model/status.js";
import type { PoolEvent } from "../../pool/core/pool-event.js";
import { createEngineMetrics } from "./engine-metrics.js";
import { createHttpMetrics } from "./http-metrics.js";
import { createJobMetrics } from "./job-metrics.js";
import { createLeaseMetrics } from "./lease-metrics.js";
import { createPassMetrics } from "./pass-metrics.js";
import { createPoolGauges } from "./pool-gauges.js";
import { createResourceMetrics } from "./resource-metrics.js";
import { createRevisionMetrics } from "./revision-metrics.js";
import { createStartTimes } from "./start-times.js";
import { createWorkMetrics } from "./work-metrics.js";

/** What a watcher counts and measures, for Prometheus. Times are in seconds, sizes in bytes. */
export interface Metrics {
  /** Of `text`. */
  readonly contentType: string;
  /** All of it as it stands now. What cannot be told just now is left out: a scrape does not fail for it. */
  text(): Promise<string>;
  /**
   * A request was answered.
   * @param route its pattern, `/v1/jobs/:id`, or one word for all that have none; never a path as it was sent
   */
  observeRequest(route: string, method: string, status: number, seconds: number): void;
  /** Counts nothing more. */
  close(): void;
}

export interface MetricsSettings {
  /** Wall clock, ms since the epoch. */
  readonly now?: () => number;
  /** How long a scrape waits to hear how the resources stand. */
  readonly patienceMs?: number;
  /**
   * Whether the process itself is measured too, from the first scrape on. What watches its event loop and its garbage
   * collection cannot be ended.
   */
  readonly measuresProcess?: boolean;
}

/** Scrapers give up after ten seconds. */
const PATIENCE_MS = 2_000;

/** Begins to count, from 0: one a watcher's life. */
export function createMetrics(
  { pools, jobs, feed, overview }: Pick<Served, "pools" | "jobs" | "feed" | "overview">,
  { now = Date.now, patienceMs = PATIENCE_MS, measuresProcess = true }: MetricsSettings = {},
): Metrics {
  const registry = new Registry();
  const starts = createStartTimes(registry);
  const poolGauges = createPoolGauges(registry);
  const leases = createLeaseMetrics(registry);
  const engines = createEngineMetrics(registry, starts);
  const work = createWorkMetrics(registry, starts);
  const passes = createPassMetrics(registry);
  const resources = createResourceMetrics(registry);
  const revisions = createRevisionMetrics(registry);
  const jobMetrics = createJobMetrics(registry);
  const http = createHttpMetrics(registry);
  let isProcessDue = measuresProcess;

  const observePool = (event: PoolEvent) => {
    switch (event.type) {
      case "transition":
      case "engine-gone":
      case "scaled":
      case "breaker-opened":
      case "breaker-closed":
        return engines.observe(event);
      default:
        return leases.observe(event);
    }
  };

  const observe = ({ atMs, event }: FeedItem) => {
    switch (event.type) {
      case "pool":
        return observePool(event.event);
      case "work":
        return work.observe(event.event, atMs);
      case "pass":
        return passes.observePass(event.pass, event.open);
      case "transition":
        return passes.observeTransition(event.transition);
      case "job":
        return jobMetrics.observe(event.job);
      default:
        return event satisfies never;
    }
  };

  async function read(): Promise<void> {
    const status = await readStatus(overview, patienceMs);
    // Nothing waits from here on: scrapes that overlap do not read half of each other.
    const views = unlessAway(() => pools.views());
    const ids = views && new Set(views.map(({ id }) => id));
    poolGauges.read(views, now());
    leases.read(views, ids);
    engines.read(views, ids);
    if (ids !== undefined) work.keep(ids);
    const list = unlessAway(() => jobs.list());
    jobMetrics.read(list, ids);
    resources.read(status?.resources, overview.readiness());
    revisions.read(status?.watcher?.revisions);
  }

  const unfollow = feed.follow(observe);
  return {
    contentType: registry.contentType,
    async text() {
      if (isProcessDue) collectDefaultMetrics({ register: registry });
      isProcessDue = false;
      await read();
      return registry.metrics();
    },
    observeRequest: http.observe,
    close: unfollow,
  };
}

/** @returns undefined before the first pass, and where the answer takes too long */
async function readStatus(overview: Overview, patienceMs: number): Promise<ProjectStatus | undefined> {
  const waiting = new AbortController();
  const patience = sleep(patienceMs, undefined, { signal: waiting.signal }).catch(() => undefined);
  try {
    return await Promise.race([overview.status(), patience]);
  } catch (error) {
    if (error instanceof WarmError) return undefined;
    throw error;
  } finally {
    waiting.abort();
  }
}

/** @returns undefined while nobody keeps what is asked about */
function unlessAway<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof WarmError) return undefined;
    throw error;
  }
}
