import { createFeed, type FeedEvent } from "../../src/daemon/feed/feed.js";
import type { ReadinessCheck } from "../../src/daemon/served.js";
import { WarmError } from "../../src/errors.js";
import type { PoolView } from "../../src/model/engine.js";
import type { ApplyEvent } from "../../src/model/event.js";
import type { JobView } from "../../src/model/job.js";
import type { PoolPolicy } from "../../src/model/pool.js";
import type { ResourceStatus } from "../../src/model/status.js";
import type { PoolEvent } from "../../src/pool/core/pool-event.js";
import { createMetrics, type Metrics } from "../../src/server/metrics/create-metrics.js";
import { Rig, WALL_MS } from "../pool/builders.js";

/** What a watcher serves, as far as metrics ask for it: a real feed and a real pool, and whatever else it is set to. */
export class MetricsWorld {
  nowMs = WALL_MS;
  views: PoolView[] | undefined = [];
  jobs: JobView[] | undefined = [];
  /** undefined: no pass was made yet. */
  resources: ResourceStatus[] | undefined = [];
  /** Whether what was asked about the resources is never answered. */
  isSilent = false;
  checks: ReadinessCheck[] = [];
  readonly feed = createFeed(() => this.nowMs);
  readonly metrics: Metrics;
  readonly #rigs: Rig[] = [];

  constructor({ measuresProcess = false } = {}) {
    const served = {
      pools: { views: () => this.views ?? away() },
      jobs: { list: () => this.jobs ?? away() },
      feed: this.feed,
      overview: { status: () => this.#status(), readiness: () => this.checks },
    };
    this.metrics = createMetrics(served as never, {
      ...{ now: () => this.nowMs, patienceMs: 50, measuresProcess },
    });
  }

  /** Pool `p` with a core of its own: what that tells and shows is told and shown with each scrape. */
  pool(changes: Partial<PoolPolicy> = {}): Rig {
    const rig = new Rig(changes);
    this.#rigs.push(rig);
    return rig;
  }

  tell(...events: FeedEvent[]): this {
    for (const event of events) this.feed.tell(event);
    return this;
  }

  tellPool(event: PoolEvent): this {
    return this.tell({ type: "pool", event });
  }

  /** Work on a resource, each event so many ms after the one before. */
  work(afterMs: number, ...events: ApplyEvent[]): this {
    for (const [index, event] of events.entries()) {
      this.nowMs += index === 0 ? 0 : afterMs;
      this.tell({ type: "work", event });
    }
    return this;
  }

  async text(): Promise<string> {
    for (const rig of this.#rigs)
      for (const event of rig.events.splice(0)) this.feed.tell({ type: "pool", event });
    if (this.#rigs.length > 0) this.views = this.#rigs.map((rig) => rig.core.view(rig.nowMs, String));
    return this.metrics.text();
  }

  /** Series whose names match, without those of a histogram's buckets, and those that are 0 where nothing else is asked. */
  async series(names: RegExp, { zero = false } = {}): Promise<string> {
    const lines = seriesOf(await this.text());
    const isShown = (line: string) => !line.includes("_bucket{") && (zero || !line.endsWith(" 0"));
    return lines.filter((line) => names.test(line) && isShown(line)).join("\n");
  }

  async #status() {
    if (this.isSilent) await new Promise(() => {});
    if (this.resources === undefined) throw new WarmError("host-unreachable", "no pass was made yet");
    return { project: "demo", host: undefined, resources: this.resources, notes: [] };
  }
}

export const seriesOf = (text: string): string[] =>
  text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));

export function buildStatus(parts: Pick<ResourceStatus, "address" | "kind"> & Partial<ResourceStatus>) {
  const name = parts.address.slice(parts.kind.length + 1);
  return { name, sync: "in-sync", state: "present", health: undefined, reasons: [], ...parts } as const;
}

function away(): never {
  throw new WarmError("no-watcher", "nobody keeps the pools here just now");
}
