import type { Clock, StopSignals } from "../../apply/apply-context.js";
import { createContext } from "../../apply/create-context.js";
import { waitHealthy } from "../../apply/health/wait-healthy.js";
import { toWarmError } from "../../errors.js";
import type { Address } from "../../model/resource.js";
import type { HostLink } from "../host-link.js";
import type { SickContainers } from "../pass/sick-containers.js";
import type { SeenPass } from "./settle-waits.js";

export interface HealthTools {
  readonly link: HostLink;
  readonly sick: SickContainers;
  readonly clock: Clock;
  readonly stop: StopSignals;
}

/** A container that stands and does not answer for so long is sick. */
const PROBE_MS = 5_000;

/**
 * Makes the function that asks a template container whether it is healthy now, whatever a pass made of it. One that is asked
 * about by many is asked once. One that does not answer is sick from then on: the next pass plans it anew.
 * @returns (the function) whether it is
 * @throws (the function) WarmError when the host cannot be asked
 */
export function createHealthCheck({ link, sick, clock, stop }: HealthTools) {
  const asking = new Map<string, Promise<boolean>>();

  async function ask(containerId: string, address: Address, { result }: SeenPass): Promise<boolean> {
    const { session, writer } = await link.ready();
    const { desired, observed, plan } = result;
    const context = createContext({
      ...{ host: session.host, writer, desired, plan, observed, clock, stop },
      emit: () => undefined,
    });
    const resource = context.resources.get(address);
    if (resource?.kind !== "container") return true;
    const timeoutMs = Math.min(resource.health.timeoutMs, PROBE_MS);
    try {
      await waitHealthy(containerId, { ...resource, health: { ...resource.health, timeoutMs } }, context);
      return true;
    } catch (error) {
      const { code } = toWarmError(error);
      // It may have gone since the pass: that is for the next one to see.
      if (code !== "unhealthy" && code !== "not-found") throw error;
      if (code === "unhealthy") sick.add(containerId);
      return false;
    }
  }

  return (address: Address, pass: SeenPass): Promise<boolean> => {
    const change = pass.result.plan.changes.find((one) => one.address === address);
    if (!change?.precondition.exists) return Promise.resolve(false);
    const { id } = change.precondition;
    const known = asking.get(id);
    if (known !== undefined) return known;
    const answer = ask(id, address, pass).finally(() => asking.delete(id));
    asking.set(id, answer);
    return answer;
  };
}
