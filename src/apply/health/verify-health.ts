import pLimit from "p-limit";
import { toWarmError } from "../../errors.js";
import { isChange } from "../../model/plan.js";
import type { ApplyContext } from "../apply-context.js";
import { waitHealthy } from "./wait-healthy.js";

const PROBES_AT_ONCE = 16;

/**
 * Waits for the containers that the plan found as they should be: "no changes" must not hide a template that
 * runs and does not answer. A container that answers costs one inspect and one request; a GET all of it, but for
 * `health: { exec }`, whose command runs inside and changes nothing of how the container is set up. Nothing is in flight
 * here, so the first interrupt ends it.
 * @returns how many did not become healthy in time; each is told as an `action-failed` event.
 */
export async function verifyHealth(context: ApplyContext): Promise<number> {
  const limit = pLimit(PROBES_AT_ONCE);
  const { soft } = context.stop;
  const hasty: ApplyContext = { ...context, stop: { soft, hard: soft } };
  const results = context.plan.changes.map((change) =>
    limit(async () => {
      const resource = context.resources.get(change.address);
      if (isChange(change) || resource?.kind !== "container" || !change.precondition.exists) return 0;
      try {
        await waitHealthy(change.precondition.id, resource, hasty);
        return 0;
      } catch (error) {
        const { code, message, hint, logs } = toWarmError(error);
        if (code === "interrupted") return 0;
        const { address, action } = change;
        context.emit({ type: "action-failed", address, action, code, message, hint, logs });
        return 1;
      }
    }),
  );
  return (await Promise.all(results)).reduce<number>((sum, count) => sum + count, 0);
}
