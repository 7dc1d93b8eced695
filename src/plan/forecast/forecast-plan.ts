import { engineOf } from "../../model/engine-resource.js";
import type { Downtime, Forecast } from "../../model/forecast.js";
import { parseEngineAddress } from "../../model/names.js";
import type { Observed } from "../../model/observed.js";
import type { Change, Plan } from "../../model/plan.js";
import type { Desired, Resource } from "../../model/resource.js";

/** What can be said of a plan without asking anybody: what does not serve meanwhile, and what is lost. Pure. */
export function forecastPlan(
  { changes, options }: Plan,
  desired: Desired,
  { reach }: Pick<Observed, "reach">,
): Forecast {
  const find = createFinder(desired);
  const pulls = changes
    .filter(isPull)
    .map(({ address }) => ({ address, bytes: undefined, newBytes: undefined }));
  return {
    pulls,
    downtime: changes.flatMap((change) => forecastDowntime(change, find(change.address))),
    dataLoss: changes.filter((change) => losesData(change, options.adopt)).map(({ address }) => address),
    loopbackPorts:
      reach === "published" ? changes.reduce((sum, change) => sum + portsOf(change, find), 0) : 0,
  };
}

type Find = (address: string) => Resource | undefined;

function createFinder({ resources, pools }: Desired): Find {
  const byAddress = new Map(resources.map((resource) => [resource.address, resource]));
  const byPool = new Map(pools.map((pool) => [pool.id, pool]));
  return (address) => {
    const place = parseEngineAddress(address);
    const pool = place === undefined ? undefined : byPool.get(place.pool);
    return pool === undefined ? byAddress.get(address) : engineOf(pool, place?.slot ?? 1);
  };
}

const isPull = ({ kind, action }: Change) =>
  kind === "image" && (action === "create" || action === "update" || action === "replace");

const DOWN: ReadonlySet<string> = new Set(["failed", "drift-stopped", "drift-unhealthy"]);

/** A successor is ready before its predecessor goes; these are the exceptions. */
function forecastDowntime(change: Change, resource: Resource | undefined): Downtime[] {
  const { address, kind, action, reasons, successor } = change;
  if (kind === "container" && action === "delete")
    return [{ address, cause: "removed", atMostMs: undefined }];
  // What does not serve now loses nothing by it.
  if (action !== "replace" || reasons.some((reason) => DOWN.has(reason))) return [];
  if (resource?.kind === "container" && reasons.includes("parent-replaced"))
    return [{ address, cause: "seeded-anew", atMostMs: resource.health.timeoutMs }];
  const isAlone = successor === undefined || successor === address;
  if (resource?.kind === "engine" && isAlone)
    return [{ address, cause: "same-slot", atMostMs: resource.pool.ready.timeoutMs }];
  return [];
}

/** A template's volume can be filled again, unless it was somebody else's. */
function losesData({ kind, action, session, address }: Change, adopted: readonly string[]): boolean {
  if (kind !== "volume" || (action !== "delete" && action !== "replace")) return false;
  return session !== undefined || adopted.includes(address);
}

function portsOf({ address, action }: Change, find: Find): number {
  if (action !== "create" && action !== "replace") return 0;
  const resource = find(address);
  if (resource?.kind === "container") return 1;
  return resource?.kind === "engine" ? resource.pool.ports.length : 0;
}
