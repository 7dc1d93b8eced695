import { ENGINE_STATES, type PoolView } from "../../../src/model/engine.js";
import type { RunRecord } from "../record.js";

/** What does not add up in how the pools were told. */
export function checkPools({ pools }: Pick<RunRecord, "pools">): string[] {
  return pools.flatMap(({ atMs, view }) =>
    checkPool(view).map((problem) => `counts of ${view.id} at ${Math.round(atMs)} ms: ${problem}`),
  );
}

function checkPool({ counts, engines }: PoolView): string[] {
  const total = ENGINE_STATES.reduce((sum, state) => sum + counts[state], 0);
  const wrong = ENGINE_STATES.filter(
    (state) => counts[state] !== engines.filter((engine) => engine.state === state).length,
  );
  const twice = engines.filter(
    ({ containerId }, index) => engines.findIndex((one) => one.containerId === containerId) !== index,
  );
  const leaseless = engines.filter(({ state, lease }) => state === "leased" && lease === undefined);
  const leases = engines.flatMap(({ lease }) => lease?.id ?? []);
  return [
    ...(total === engines.length ? [] : [`${total} by state, ${engines.length} engines`]),
    ...wrong.map((state) => `${counts[state]} ${state}, of which there are others`),
    ...twice.map(({ name }) => `${name} twice`),
    ...leaseless.map(({ name }) => `${name} is leased without a lease`),
    ...(new Set(leases).size === leases.length ? [] : [`one lease on two engines: ${leases.join(" ")}`]),
  ];
}
