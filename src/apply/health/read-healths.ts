import pLimit from "p-limit";
import type { Observed, ObservedContainer } from "../../model/observed.js";
import type { Plan } from "../../model/plan.js";
import type { Address, ContainerResource, Desired } from "../../model/resource.js";
import type { HealthState } from "../../model/status.js";
import { probeHttp, probeTcp } from "./probe.js";

const PROBES_AT_ONCE = 16;
const TRY_MS = 2000;

/**
 * Asks every running template container once, by network alone. What would need a call that is no GET (a
 * command inside) or a way that there is not (another machine) stays unknown.
 */
export async function readHealths(
  desired: Desired,
  plan: Plan,
  observed: Observed,
): Promise<Map<Address, HealthState>> {
  const byId = new Map(observed.containers.map((container) => [container.id, container]));
  const changes = new Map(plan.changes.map((change) => [change.address, change]));
  const limit = pLimit(PROBES_AT_ONCE);
  const asked = desired.resources.flatMap((resource) => {
    const precondition = changes.get(resource.address)?.precondition;
    const container = precondition?.exists === true ? byId.get(precondition.id) : undefined;
    if (resource.kind !== "container" || container?.state !== "running" || observed.reach !== "address")
      return [];
    return [limit(async () => [resource.address, await askOnce(resource, container)] as const)];
  });
  return new Map(await Promise.all(asked));
}

async function askOnce(resource: ContainerResource, container: ObservedContainer): Promise<HealthState> {
  const { health, port } = resource;
  const network = resource.network.slice("network.".length);
  const host = container.networks.find(({ name }) => name === network)?.address;
  if (health.type === "healthcheck") return container.health ?? "unknown";
  if (health.type === "exec" || !host) return "unknown";
  const target = { host, port };
  const limits = { timeoutMs: TRY_MS };
  const { isHealthy } =
    health.type === "tcp" ? await probeTcp(target, limits) : await probeHttp(target, health.path, limits);
  return isHealthy ? "healthy" : "unhealthy";
}
