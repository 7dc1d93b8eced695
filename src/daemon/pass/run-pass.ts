import type { Clock, StopSignals, WorkLimits } from "../../apply/apply-context.js";
import { createContext } from "../../apply/create-context.js";
import type { HostSession } from "../../apply/host-session.js";
import type { LoadedConfig } from "../../config/load-config.js";
import type { HostMemory } from "../../docker/observe/host-memory.js";
import { observeHost } from "../../docker/observe/observe-host.js";
import { toWarmError, WarmError } from "../../errors.js";
import type { Hold } from "../../model/daemon-status.js";
import { LABEL } from "../../model/labels.js";
import { parseEngineAddress } from "../../model/names.js";
import type { Observed } from "../../model/observed.js";
import type { Change, Plan } from "../../model/plan.js";
import type { Address, Desired } from "../../model/resource.js";
import type { HostLink } from "../host-link.js";
import type { LockKeeper } from "../lock-keeper.js";
import type { PoolKeeper } from "../pool-keeper.js";
import type { Ledger, SyncChange } from "../state/ledger.js";
import type { Flights } from "./flights.js";
import type { KnownDeaths } from "./known-deaths.js";
import { findMassDelete, type MassDelete } from "./mass-delete.js";
import { createPlanMemory } from "./plan-memory.js";
import { findInFlight, selectDue } from "./select-due.js";
import type { SickContainers } from "./sick-containers.js";

/** What a pass found and began. */
export interface PassResult {
  readonly desired: Desired;
  readonly observed: Observed;
  readonly plan: Plan;
  readonly begun: readonly Change[];
  readonly held: ReadonlyMap<Address, Hold>;
  readonly moved: readonly SyncChange[];
  /** Those that were found to be flapping in this pass. */
  readonly flapping: readonly Change[];
  /** What is not begun because it would delete too much. */
  readonly massDelete: MassDelete | undefined;
  /** Our containers by ID. */
  readonly addressById: ReadonlyMap<string, Address>;
  /** IDs of the images that are wanted, as far as they are here. */
  readonly imageIds: ReadonlySet<string>;
  /** The registry could not be asked whether tags have moved: what it said last was taken. */
  readonly registryError: WarmError | undefined;
}

export interface PassTools {
  readonly link: HostLink;
  readonly lock: LockKeeper;
  readonly pools: PoolKeeper;
  readonly flights: Flights;
  readonly ledger: Ledger;
  readonly sick: SickContainers;
  readonly deaths: KnownDeaths;
  readonly limits: WorkLimits;
  readonly memory: HostMemory;
  readonly clock: Clock;
  readonly stop: StopSignals;
}

export interface PassOrders {
  readonly config: LoadedConfig;
  readonly isPaused: boolean;
  /** Told what is about to be begun, and which containers were taken for dead on the word of an event. */
  readonly onBegin: (due: readonly Change[], hinted: ReadonlySet<string>) => void;
  /** Whether somebody has allowed a deletion, however many there are. */
  readonly isDeleteAllowed: (address: Address) => boolean;
  /** Under `policy: always`: whether to ask the registry anew. */
  readonly asksRegistry: boolean;
}

/**
 * Makes the function that does one round: lock, observe, plan, begin. It decides what may be begun and begins
 * it; the work itself goes on in `flights`.
 * @throws (the function) WarmError of the docker edge when the host cannot be looked at, `locked` when somebody
 * else is at work
 */
export function createPass(tools: PassTools): (orders: PassOrders) => Promise<PassResult> {
  const { link, lock, pools, flights, ledger, sick, deaths, clock, limits, stop } = tools;
  const look = createLook(tools.memory);
  const planAgain = createPlanMemory();

  return async ({ config, isPaused, isDeleteAllowed, asksRegistry, onBegin }) => {
    const { desired, config: settings } = config;
    const { session, writer } = await link.ready();
    const lookedAtMs = performance.now();
    // What ends while the host is looked at may be seen as it was before: the next pass judges it.
    const flownAtLook = flights.addresses;
    // Side by side: what is begun needs both.
    const [{ observed: seen, registryError }] = await Promise.all([
      look(session, config, asksRegistry, stop.soft),
      lock.hold(session.host, writer),
    ]);
    const { observed: known, hinted } = deaths.mark(seen, clock.now());
    const observed = sick.mark(known, desired);
    // Whoever holds the lock keeps the pools too.
    const engines = await pools.ready(desired, observed.reach);
    engines.observe(observed, desired, lookedAtMs);
    await pools.serve();
    const plan = planAgain(desired, observed, engines.demand());

    const inFlight = findInFlight(plan, observed, new Set([...flownAtLook, ...flights.addresses]));
    const moved = ledger.see(plan.changes, inFlight, clock.now());
    const massDelete = findMassDelete(
      plan,
      observed,
      (address) => inFlight.has(address) || isDeleteAllowed(address),
    );
    const flapping: Change[] = [];
    const unseenPools = findUnseen(plan, observed, inFlight);

    function holdOf(change: Change): Hold | undefined {
      if (isPaused) return "paused";
      // An earlier pass has begun another engine there, which this look did not show yet.
      if (change.successor !== change.address && inFlight.has(change.successor ?? "")) return "waiting";
      if (unseenPools.has(poolOfStart(change) ?? "")) return "waiting";
      const isDrift = ledger.isDrift(change);
      if (massDelete !== undefined && !isDrift && !isDeleteAllowed(change.address)) return "guarded";
      if (settings.drift === "detect" && isDrift) return "drift-only-told";
      const wasFlapping = ledger.isFlapping(change.address);
      const hold = ledger.holdOf(change, clock.now());
      if (hold === "flapping" && !wasFlapping) flapping.push(change);
      return hold ?? engines.holdOf(change);
    }

    const { due, held } = selectDue(plan, inFlight, holdOf);
    for (const change of plan.changes) ledger.noteHold(change.address, held.get(change.address));
    if (stop.soft.aborted) throw new WarmError("interrupted", "stopped before anything was begun");
    if (due.length > 0) {
      onBegin(due, hinted);
      for (const { precondition } of due) if (precondition.exists) deaths.forget(precondition.id);
      const { host } = session;
      const sources = { host, writer, desired, plan, observed, clock, stop, limits, engines: engines.gate };
      flights.launch(due, createContext({ ...sources, emit: () => undefined }), lock.lostReason);
    }
    return {
      desired,
      observed,
      plan,
      begun: due,
      held,
      moved,
      flapping,
      massDelete,
      addressById: findOurContainers(desired, observed),
      imageIds: findWantedImages(desired, observed),
      registryError,
    };
  };
}

/**
 * Pools for which an earlier pass makes an engine in a slot where this plan, by a look that does not show it yet, wants none:
 * what the plan wants in another slot instead would be one too many.
 */
function findUnseen(
  { changes }: Plan,
  { containers }: Observed,
  inFlight: ReadonlySet<Address>,
): ReadonlySet<string> {
  const planned = new Set(changes.flatMap(({ address, successor = address }) => [address, successor]));
  const shown = new Set(containers.map(({ labels }) => labels[LABEL.address]));
  const unseen = [...inFlight].filter((address) => !planned.has(address) && !shown.has(address));
  return new Set(unseen.flatMap((address) => parseEngineAddress(address)?.pool ?? []));
}

function poolOfStart({ address, action }: Change): string | undefined {
  return action === "create" || action === "replace" ? parseEngineAddress(address)?.pool : undefined;
}

/** Docker tells who leaves a network by the container's ID alone. */
function findOurContainers({ project }: Desired, { containers }: Observed): ReadonlyMap<string, Address> {
  const ours = containers.filter(({ labels }) => labels[LABEL.project] === project);
  return new Map(ours.map(({ id, labels }) => [id, labels[LABEL.address] ?? ""]));
}

/** Docker tells the end of an image by its ID alone. */
function findWantedImages({ resources }: Desired, { images }: Observed): ReadonlySet<string> {
  const wanted = new Set(
    resources.flatMap((resource) => (resource.kind === "image" ? [resource.lookup] : [])),
  );
  return new Set(images.filter(({ keys }) => keys.some((key) => wanted.has(key))).map(({ id }) => id));
}

interface Look {
  readonly observed: Observed;
  readonly registryError: WarmError | undefined;
}

/** Remembers what need not be asked at every look: what the daemon is, and what the registry said. */
function createLook(memory: HostMemory) {
  let lastHost: { readonly session: HostSession; readonly observed: Observed } | undefined;
  let digests: Observed["registryDigests"] = {};

  return async (
    session: HostSession,
    { desired }: LoadedConfig,
    asksRegistry: boolean,
    cancel: AbortSignal,
  ): Promise<Look> => {
    const sameHostAs = lastHost?.session === session ? lastHost.observed : undefined;
    const { host, findCredentials } = session;
    const settings = { desired, findCredentials, cancel, sameHostAs, memory };
    let registryError: WarmError | undefined;
    const isAsked = asksRegistry && desired.pull.policy === "always";
    const observed = await observeHost(host, {
      ...settings,
      registryDigests: isAsked ? undefined : digests,
    }).catch((error: unknown) => {
      if (!isAsked) throw error;
      // A registry that is away must not keep a template from being healed: the host is looked at without it.
      registryError = toWarmError(error);
      return observeHost(host, { ...settings, registryDigests: digests });
    });
    digests = observed.registryDigests;
    lastHost = { session, observed };
    return { observed, registryError };
  };
}
