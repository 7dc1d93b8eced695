import fc from "fast-check";
import { type Demand, ENGINE_STATES, type EngineDemand } from "../../src/model/engine.js";
import { LABEL } from "../../src/model/labels.js";
import { engineName, quarantineName } from "../../src/model/names.js";
import type { ContainerState, Observed, ObservedContainer } from "../../src/model/observed.js";
import type { PoolResource } from "../../src/model/pool.js";
import type { Desired } from "../../src/model/resource.js";
import { buildDesired, buildForeignContainer, buildWarm, HOUR_MS } from "./builders.js";
import { anEngine, aPool, engineIdOf, type PoolParts } from "./engine-builders.js";

/** A file, a host and what is known of its engines. */
export interface Scene {
  readonly desired: Desired;
  readonly host: Observed;
  readonly demand: Demand;
}

const parts: fc.Arbitrary<PoolParts> = fc.record(
  {
    image: fc.constantFrom("image.img-p:1", "image.img-p:2"),
    env: fc.dictionary(fc.constantFrom("A", "B"), fc.constantFrom("1", "2")),
    limits: fc.record(
      { memoryBytes: fc.constantFrom(64, 128), cpus: fc.constant(0.5), pids: fc.constantFrom(9, 10) },
      { requiredKeys: [] },
    ),
    noNewPrivileges: fc.boolean(),
  },
  { requiredKeys: [] },
);

const policy: fc.Arbitrary<PoolParts["policy"]> = fc.record({
  size: fc
    .tuple(fc.nat(3), fc.nat(3), fc.nat(2))
    .map(([min, more, spare]) => ({ min, max: min + more, spare })),
  ttlMs: fc.constantFrom(undefined, HOUR_MS, 9 * HOUR_MS),
  maxJobs: fc.constantFrom(undefined, 3),
  rollout: fc.tuple(fc.nat(2), fc.nat(2)).map(([surge, unavailable]) => ({
    surge: unavailable === 0 ? surge + 1 : surge,
    unavailable,
    deadlineMs: 1,
  })),
});

const STATES: readonly ContainerState[] = ["running", "paused", "created", "exited", "dead"];

const engineDemand: fc.Arbitrary<EngineDemand> = fc.record({
  state: fc.constantFrom(...ENGINE_STATES, "ready", "leased"),
  jobs: fc.nat(4),
  isLastJob: fc.boolean(),
  due: fc.constantFrom(undefined, undefined, "requested", "recycle-memory", "failed", "expired"),
});

interface Standing {
  readonly slot: number;
  /** Made from an older file. */
  readonly isOld: boolean;
  readonly state: ContainerState;
  readonly health: ObservedContainer["health"];
  readonly naming: "own" | "renamed" | "quarantined";
  readonly hasCopy: boolean;
  readonly known: EngineDemand | undefined;
}

const standing: fc.Arbitrary<Standing> = fc.record({
  slot: fc.integer({ min: 1, max: 8 }),
  isOld: fc.boolean(),
  state: fc.constantFrom("running", "running", ...STATES),
  health: fc.constantFrom(undefined, undefined, "healthy", "unhealthy", "starting"),
  naming: fc.constantFrom("own", "own", "own", "renamed", "quarantined"),
  hasCopy: fc.integer({ min: 0, max: 9 }).map((roll) => roll === 0),
  known: fc.option(engineDemand, { nil: undefined }),
});

function make(pool: PoolResource, old: PoolResource, one: Standing, index: number): ObservedContainer[] {
  const own = engineName(pool.prefix, pool.id, one.slot);
  const id = engineIdOf(`${own} ${index}`);
  const names = { own, renamed: `renamed-${index}`, quarantined: quarantineName(own, id) };
  const { state, health } = one;
  // What it was limited to is read for those that ask for limits now.
  const { limits: _old, ...made } = anEngine(one.isOld ? old : pool, one.slot, {
    id,
    name: names[one.naming],
    state,
    health,
  });
  const { memoryBytes = 0, cpus = 0, pids = 0 } = one.isOld ? old.limits : pool.limits;
  const engine = { ...made, limits: { memoryBytes, cpus, pids } };
  return one.hasCopy
    ? [engine, { ...engine, id: engineIdOf(`copy ${index}`), name: `copy-${index}` }]
    : [engine];
}

const slotsOf = (max: number) => fc.uniqueArray(standing, { selector: ({ slot }) => slot, maxLength: max });

/** Of two pools, the second of which may be gone from the file. Foreign objects have `foreign` at the start of their ID. */
export const sceneArbitrary: fc.Arbitrary<Scene> = fc
  .record({
    now: fc.tuple(parts, policy),
    before: parts,
    engines: fc.tuple(slotsOf(8), slotsOf(2)),
    isGone: fc.boolean(),
    target: fc.option(fc.nat(6), { nil: undefined }),
    held: fc.subarray([1, 2, 3, 4, 5]),
    prune: fc.constantFrom("none" as const, "safe" as const, "all" as const),
  })
  .map(({ now: [parts, policy], before, engines, isGone, target, held, prune }) => {
    const pools = ["p", "q"].map((id) => aPool({ ...parts, id, ...(policy && { policy }) }));
    const desired = buildDesired({ templates: {}, pools: isGone ? pools.slice(0, 1) : pools, prune });
    const made = pools.map((pool, index) => {
      const old = aPool({ ...before, id: pool.id });
      return (engines[index] ?? []).map((one, at) => ({ one, containers: make(pool, old, one, at) }));
    });
    const demand = pools.map((pool, index) => {
      const known = (made[index] ?? []).flatMap(({ one, containers: [first] }) =>
        one.known === undefined || first === undefined ? [] : [[first.id, one.known] as const],
      );
      return [pool.id, { target: target ?? policy?.size?.min ?? 1, engines: new Map(known) }] as const;
    });
    const containers = made.flat().flatMap(({ containers }) => containers);
    const names = new Set(containers.map(({ name }) => name));
    const foreign = held
      .map((slot) => buildForeignContainer({ id: `foreign-${slot}`, name: engineName("cyan", "p", slot) }))
      .filter(({ name }) => !names.has(name));
    const other = buildForeignContainer({
      id: "foreign-project",
      name: "other-project",
      labels: { [LABEL.project]: "other", [LABEL.address]: "engine.p/1" },
    });
    const host = { ...buildWarm(desired), containers: [...containers, ...foreign, other] };
    return { desired, host, demand: target === undefined ? new Map() : new Map(demand) };
  });
