import type { Clock } from "../../apply/apply-context.js";
import type { DaemonStatus } from "../../model/daemon-status.js";
import type { ProjectStatus } from "../../model/status.js";
import { describeStatus } from "../../plan/describe-status.js";
import type { ConfigSource } from "../config-source.js";
import type { HostLink } from "../host-link.js";
import type { PoolKeeper } from "../pool-keeper.js";
import type { RequestBook } from "../requests/request-book.js";
import type { SettleWaits } from "../requests/settle-waits.js";
import type { Overview } from "../served.js";
import type { Ledger } from "../state/ledger.js";
import type { Wakeups } from "../triggers/wakeups.js";
import type { Watcher } from "../watcher.js";
import { checkReadiness } from "./check-readiness.js";
import { createHealthMemory } from "./health-memory.js";
import { hostIsUnknown } from "./host-is-unknown.js";
import { createPlanning } from "./plan-now.js";
import { createReconcile } from "./reconcile.js";

export interface OverviewTools {
  readonly watcher: Watcher;
  readonly source: ConfigSource;
  readonly book: RequestBook;
  readonly link: HostLink;
  readonly pools: Pick<PoolKeeper, "pools" | "demand">;
  readonly ledger: Ledger;
  readonly waits: SettleWaits;
  readonly wakeups: Wakeups;
  readonly clock: Clock;
  /** As in `status.json`. */
  readonly tellOfItself: () => DaemonStatus & { readonly salt: string };
}

/** A round that takes longer than this is no round any more. */
const STUCK_MS = 10 * 60_000;
const LATE_MS = 60_000;

/** How the project stands, by what the watcher knows and, where it is asked to plan, by a look of its own. */
export function createOverview(tools: OverviewTools): Overview {
  const { watcher, source, ledger, clock, tellOfItself } = tools;
  const healths = createHealthMemory(clock.now);

  async function status(): Promise<ProjectStatus> {
    const { lastResult } = watcher;
    if (lastResult === undefined) throw hostIsUnknown(watcher.condition);
    const { plan, observed, desired } = lastResult;
    const { salt: _own, ...about } = tellOfItself();
    return {
      project: plan.project,
      host: observed.host,
      resources: describeStatus(plan, observed, await healths.of(desired, plan, observed), ledger.toJson()),
      notes: source.current.notes,
      watcher: { ...about, isAlive: true },
    };
  }

  return {
    get revision() {
      return watcher.revision + healths.revision;
    },
    status,
    plan: createPlanning(tools),
    reconcile: createReconcile(tools),
    readiness: () => checkReadiness(watcher, tools.pools.pools, source.current.desired),
    isAlive() {
      const { roundAt, isInRound } = watcher;
      const spentMs = clock.now() - roundAt;
      return spentMs < (isInRound ? STUCK_MS : 2 * source.current.config.intervalMs + LATE_MS);
    },
  };
}
