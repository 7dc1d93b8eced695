import { WarmError } from "../../errors.js";
import { isChange } from "../../model/plan.js";
import type { Reconciled, ReconcileOrder } from "../served.js";
import { untilStopped } from "../until-stopped.js";
import type { OverviewTools } from "./create-overview.js";

type Tools = Pick<OverviewTools, "watcher" | "ledger" | "waits" | "wakeups" | "source" | "book">;

/** Makes the function that has a pass made now, with everything tried anew, and waits for what comes of it. */
export function createReconcile(tools: Tools): (order: ReconcileOrder) => Promise<Reconciled> {
  const { watcher, ledger, waits, wakeups, source } = tools;

  function outcome(): Reconciled {
    const open = watcher.lastResult?.plan.changes.filter(isChange).map(({ address }) => address) ?? [];
    return { pass: watcher.lastPass, open };
  }

  return async ({ waitMs, cancel }) => {
    if (watcher.condition.state === "standby") throw watcher.condition.error;
    ledger.resume();
    const refreshed = source.origin.refresh();
    if (waitMs === 0) {
      void refreshed.then(() => wakeups.mark("reload"));
      return { pass: undefined, open: outcome().open };
    }
    const over = AbortSignal.timeout(waitMs);
    try {
      // What stands in the repository now is what was asked for.
      await untilStopped(refreshed, AbortSignal.any([cancel, over]));
      wakeups.mark("reload");
      await waits.rest(AbortSignal.any([cancel, over]));
    } catch (error) {
      if (cancel.aborted) throw new WarmError("interrupted", "the caller went away");
      if (!over.aborted) throw error;
    }
    return outcome();
  };
}
