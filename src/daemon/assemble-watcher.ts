import type { Clock } from "../apply/apply-context.js";
import { createLimits } from "../apply/create-context.js";
import { requestsIn } from "../config/requests/read-requests.js";
import { createHostMemory, type HostMemory } from "../docker/observe/host-memory.js";
import { toWarmError } from "../errors.js";
import { parseEngineAddress } from "../model/names.js";
import { composeStatus } from "./compose-status.js";
import type { ConfigSource } from "./config-source.js";
import { createDeleteGuard } from "./delete-guard.js";
import { createFeed, type Feed } from "./feed/feed.js";
import { createHostLink, type HostLink } from "./host-link.js";
import { createListeners, type Listeners } from "./listeners.js";
import { createLockKeeper } from "./lock-keeper.js";
import { createNotifier, type NotifierSettings } from "./notify/create-notifier.js";
import type { Notifier } from "./notify/notifier.js";
import { createOverview } from "./overview/create-overview.js";
import { createFlights, type Flights } from "./pass/flights.js";
import { createKnownDeaths } from "./pass/known-deaths.js";
import { createPass } from "./pass/run-pass.js";
import { createSickContainers } from "./pass/sick-containers.js";
import { createWorkOutcomes } from "./pass/work-outcomes.js";
import { createPoolKeeper, type PoolKeeper } from "./pool-keeper.js";
import { createRequests } from "./requests/keep-requests.js";
import { createRequestBook } from "./requests/request-book.js";
import { openRequestFiles } from "./requests/request-files.js";
import { createSettleWaits } from "./requests/settle-waits.js";
import { freshSalt } from "./resource-keys.js";
import type { RevisionBook } from "./revisions/revision-book.js";
import { createRevisionKeeper, type RevisionKeeper } from "./revisions/revision-keeper.js";
import type { Overview, Served } from "./served.js";
import { createLedger } from "./state/ledger.js";
import { readMemory } from "./state/read-memory.js";
import type { StateDirectory } from "./state/state-directory.js";
import { createStatusKeeper, type StatusKeeper } from "./state/status-keeper.js";
import { createTeller } from "./tell.js";
import { createPassBudget, type PassBudget } from "./triggers/pass-budget.js";
import { createWakeups, type Wakeups } from "./triggers/wakeups.js";
import type { WatchSettings } from "./watch-project.js";
import { Watcher } from "./watcher.js";

/** What events may cost: a second's worth of passes at once, a fifth of the time for ever. */
const EVENT_PASSES = { burstMs: 1_000, share: 0.2 };

/** All parts of a watcher, put together. */
export interface WatchTools {
  readonly source: ConfigSource;
  readonly revisions: RevisionKeeper;
  readonly watcher: Watcher;
  readonly wakeups: Wakeups;
  readonly flights: Flights;
  readonly lock: ReturnType<typeof createLockKeeper>;
  readonly link: HostLink;
  readonly notifier: ReturnType<typeof createNotifier>;
  readonly status: StatusKeeper;
  readonly pools: PoolKeeper;
  readonly listeners: Listeners;
  readonly overview: Overview;
  readonly memory: HostMemory;
  readonly budget: PassBudget;
  /** Ends with the watcher. */
  readonly life: AbortController;
}

/** Makes the parts, and lets each know of those that it works with. Begins nothing. */
export async function assembleWatcher(
  settings: WatchSettings,
  source: ConfigSource,
  revisionBook: RevisionBook,
  state: StateDirectory,
  clock: Clock,
): Promise<WatchTools> {
  const { log, stop, env, once } = settings;
  const { project } = source.current.config;
  const life = new AbortController();
  const memory = await readMemory(state, project, freshSalt());
  const link = createHostLink(settings);
  const limits = createLimits(source.current.desired.pull.concurrency);
  const sick = createSickContainers();
  const deaths = createKnownDeaths();
  const hostMemory = createHostMemory();
  const wakeups = createWakeups(clock, stop.soft);
  const budget = createPassBudget(clock, EVENT_PASSES);
  const feed = createFeed(clock.now);
  const notifier = tellingFeed(feed, {
    targets: source.current.config.notify,
    project,
    endpoint: () => link.session?.host.facts.endpoint ?? "",
    directory: () => source.current.directory,
    env,
    log,
    sleep: clock.sleep,
    random: clock.random,
    cancel: life.signal,
  });
  const teller = createTeller(log, notifier, clock.now);
  const guard = createDeleteGuard(teller, log, clock);
  const ledger = createLedger({
    keyOf: (address) => watcher.keyOf(address),
    flapping: () => source.current.config.flapping,
    random: clock.random,
    remembered: memory.resources,
  });
  const outcomes = createWorkOutcomes({ ledger, sick, teller, log, clock });
  const flights = createFlights({
    onEvent: (event, change) => {
      feed.tell({ type: "work", event });
      outcomes.onEvent(event, change);
    },
    onSettled: (address) => watcher.onSettled(address),
  });
  const lock = createLockKeeper({
    project,
    command: once ? "warm watch --once" : "warm watch",
    reason: "",
    emit: (event) => {
      if (event.type === "lock-broken")
        log.warn("lock broken", {
          holder: event.holder,
          detail: "the expired lock of a killed run was broken",
        });
    },
    clock,
    cancel: stop.hard,
  });
  const listeners = createListeners({
    ...{ listeners: settings.listeners ?? [], served: () => served, stateDirectory: state.path, log },
  });
  const pools = createPoolKeeper({
    ...{ link, state, clock, log, env: settings.env, listeners },
    onPoolEvent: (event) => feed.tell({ type: "pool", event }),
    onJobChange: (job) => feed.tell({ type: "job", job }),
    onDemand: () => wakeups.mark("demand", budget.waitMs()),
    onTryAgain: (pool) => ledger.resume((address) => parseEngineAddress(address)?.pool === pool),
  });
  const runPass = createPass({
    link,
    lock,
    pools,
    flights,
    ledger,
    sick,
    deaths,
    limits,
    memory: hostMemory,
    clock,
    stop,
  });
  const setPullLimit = (pullsAtOnce: number) => {
    limits.pulls.concurrency = pullsAtOnce;
  };
  const salt = memory.salt;
  const files = openRequestFiles(requestsIn(state.path));
  const book = createRequestBook({
    ...{ files, requests: await files.load(), now: clock.now },
    onProblem: (error) => log.warn("request not forgotten", { detail: toWarmError(error).message }),
  });
  const waits = createSettleWaits({ ledger, inFlight: () => flights.addresses, now: clock.now });
  const revisions = createRevisionKeeper({
    ...{ source, book: revisionBook, ledger, teller, salt, rollsBack: settings.rollsBack ?? false },
    ...{ now: clock.now, random: clock.random },
    onLookAgain: (delayMs) => wakeups.mark("retry", delayMs),
    onChange: () => watcher.touch(),
  });
  const watcher: Watcher = new Watcher({
    ...{
      source,
      revisions,
      revisionBook,
      book,
      waits,
      guard,
      feed,
      state,
      link,
      listeners,
      ledger,
      outcomes,
      deaths,
      memory: hostMemory,
      flights,
      pools,
      runPass,
      wakeups,
      budget,
    },
    ...{ teller, notifier, log, clock, salt, setPullLimit, isOnce: once, onFailure: settings.onFailure },
  });
  const startedAtMs = clock.now();
  const parts = { source, revisions, guard, ledger, link, salt, startedAtMs };
  const tellOfItself = () => composeStatus(watcher, { ...parts, nowMs: clock.now() });
  const status = createStatusKeeper(state, tellOfItself, (error) =>
    log.warn("status not written", { detail: toWarmError(error).message }),
  );
  const requests = createRequests({
    ...{
      book,
      waits,
      file: source,
      condition: () => watcher.condition,
      ledger,
      sick,
      link,
      feed,
      clock,
      stop,
    },
    onWish: () => wakeups.mark("request"),
  });
  const overview = createOverview({
    ...{ watcher, source, book, link, pools, ledger, waits, flights, wakeups, clock, env },
    tellOfItself,
  });
  const served: Served = { pools: pools.pools, jobs: pools.jobs, requests, overview, feed };
  return {
    ...{
      source,
      revisions,
      watcher,
      wakeups,
      flights,
      lock,
      link,
      notifier,
      status,
      pools,
      listeners,
      overview,
    },
    ...{ memory: hostMemory, budget, life },
  };
}

/** What others are told of, whoever looks on sees too. */
function tellingFeed(feed: Feed, settings: NotifierSettings): Notifier {
  const notifier = createNotifier(settings);
  return {
    ...notifier,
    notify(transition) {
      feed.tell({ type: "transition", transition });
      notifier.notify(transition);
    },
  };
}
