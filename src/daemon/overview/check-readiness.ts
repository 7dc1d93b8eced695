import { toWarmError } from "../../errors.js";
import type { Desired } from "../../model/resource.js";
import type { Pools } from "../../pool/pools.js";
import { formatCount } from "../../report/text/units.js";
import type { ReadinessCheck } from "../served.js";
import type { Watcher } from "../watcher.js";

/** Whether a watcher does what it is there for: it has looked, its host answers, and each pool has its least number of engines. */
export function checkReadiness(watcher: Watcher, pools: Pools, desired: Desired): ReadinessCheck[] {
  const { lastPass, condition } = watcher;
  return [
    {
      name: "pass",
      isMet: lastPass !== undefined,
      detail: lastPass === undefined ? "no pass was made yet" : `the last one at ${lastPass.at}`,
    },
    {
      name: "host",
      isMet: condition.state === "running",
      detail: condition.state === "running" ? "passes go through" : condition.error.message,
    },
    checkPools(pools, desired),
  ];
}

function checkPools(pools: Pools, desired: Desired): ReadinessCheck {
  try {
    const views = new Map(pools.views().map((view) => [view.id, view]));
    const short = desired.pools.flatMap(({ id, policy }) => {
      const counts = views.get(id)?.counts;
      // One that is used, or made clean, has been ready and will be.
      const usable =
        counts === undefined ? 0 : counts.ready + counts.leased + counts.resetting + counts.verifying;
      return usable < policy.size.min ? [`${id} has ${usable} of ${policy.size.min} engines`] : [];
    });
    return {
      name: "pools",
      isMet: short.length === 0,
      detail:
        short.length === 0
          ? `${formatCount(desired.pools.length, "pool")} with at least the engines that each has to have`
          : short.join(", "),
    };
  } catch (error) {
    return { name: "pools", isMet: desired.pools.length === 0, detail: toWarmError(error).message };
  }
}
