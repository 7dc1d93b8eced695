import { readHealths } from "../../apply/health/read-healths.js";
import type { Observed } from "../../model/observed.js";
import type { Plan } from "../../model/plan.js";
import type { Address, Desired } from "../../model/resource.js";
import type { HealthState } from "../../model/status.js";

/** Asked again after this long, and only while somebody wants to know. */
const FRESH_MS = 10_000;

/** Whether template containers answer. Docker knows it of few, so they are asked, and not for every reader of a status. */
export function createHealthMemory(now: () => number) {
  let healths: ReadonlyMap<Address, HealthState> = new Map();
  let askedFor: Plan | undefined;
  let atMs = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> | undefined;
  let revision = 0;

  async function ask(desired: Desired, plan: Plan, observed: Observed): Promise<void> {
    const found = await readHealths(desired, plan, observed);
    healths = found;
    askedFor = plan;
    atMs = now();
    revision += 1;
  }

  return {
    /** Changes whenever they were asked again. */
    get revision() {
      return revision;
    },
    /** Of the containers of this plan. Those of an earlier one are good enough while they are fresh. */
    async of(desired: Desired, plan: Plan, observed: Observed): Promise<ReadonlyMap<Address, HealthState>> {
      const isFresh = now() - atMs < FRESH_MS;
      if (isFresh) return healths;
      asking ??= ask(desired, plan, observed).finally(() => {
        asking = undefined;
      });
      // Nobody waits for it but the first.
      if (askedFor === undefined) await asking;
      else asking.catch(() => undefined);
      return healths;
    },
  };
}
