import type { Clock } from "../apply/apply-context.js";
import type { HostMemory } from "../docker/observe/host-memory.js";
import { toWarmError, type WarmError } from "../errors.js";
import type { Hold, PassRecord, Pause } from "../model/daemon-status.js";
import type { HostEvent } from "../model/host-event.js";
import { LABEL } from "../model/labels.js";
import { isChange } from "../model/plan.js";
import type { Address, Desired } from "../model/resource.js";
import { afterFailure, type Condition, LONGEST_RETRY_MS } from "./condition.js";
import type { ConfigSource } from "./config-source.js";
import type { DeleteGuard } from "./delete-guard.js";
import { describeError } from "./describe-error.js";
import { exitCodeOfRound } from "./exit-code-of-round.js";
import type { Feed } from "./feed/feed.js";
import type { HostLink } from "./host-link.js";
import type { Listeners } from "./listeners.js";
import type { WatchLog } from "./log/watch-log.js";
import type { Notifier } from "./notify/notifier.js";
import type { Flights } from "./pass/flights.js";
import type { KnownDeaths } from "./pass/known-deaths.js";
import type { PassOrders, PassResult } from "./pass/run-pass.js";
import type { WorkOutcomes } from "./pass/work-outcomes.js";
import type { PoolKeeper } from "./pool-keeper.js";
import type { RequestBook } from "./requests/request-book.js";
import type { SettleWaits } from "./requests/settle-waits.js";
import { type ResourceKeys, resourceKeys, specAddress } from "./resource-keys.js";
import type { RevisionBook } from "./revisions/revision-book.js";
import type { RevisionKeeper } from "./revisions/revision-keeper.js";
import { toRevision } from "./revisions/to-revision.js";
import type { Ledger } from "./state/ledger.js";
import { readPause, takeResume } from "./state/pause-file.js";
import type { StateDirectory } from "./state/state-directory.js";
import type { Teller } from "./tell.js";
import { tellHindrance, tellRecovery } from "./tell-condition.js";
import { indexWanted, isDamage, type WantedNames } from "./triggers/is-damage.js";
import type { PassBudget } from "./triggers/pass-budget.js";
import type { Trigger, Wakeups } from "./triggers/wakeups.js";

export interface WatcherTools {
  readonly source: ConfigSource;
  readonly revisions: RevisionKeeper;
  /** What is remembered of revisions. */
  readonly revisionBook: RevisionBook;
  readonly book: RequestBook;
  /** Those who wait until what they asked for is there. */
  readonly waits: SettleWaits;
  readonly guard: DeleteGuard;
  readonly feed: Feed;
  readonly state: StateDirectory;
  readonly link: HostLink;
  readonly listeners: Listeners;
  readonly ledger: Ledger;
  readonly outcomes: WorkOutcomes;
  readonly deaths: KnownDeaths;
  readonly memory: HostMemory;
  readonly runPass: (orders: PassOrders) => Promise<PassResult>;
  readonly flights: Flights;
  readonly pools: PoolKeeper;
  readonly wakeups: Wakeups;
  /** Of passes that only events have caused. */
  readonly budget: PassBudget;
  readonly teller: Teller;
  readonly notifier: Notifier;
  readonly log: WatchLog;
  readonly clock: Clock;
  /** Whether it makes a single round. */
  readonly isOnce: boolean;
  /** Told what kept a pass from being made. */
  readonly onFailure: ((error: WarmError) => void) | undefined;
  /** Keeps secrets out of the keys of resources. */
  readonly salt: string;
  /** Follows the file's own limit on pulls. */
  readonly setPullLimit: (pullsAtOnce: number) => void;
}

/** Work that just ended is looked at together with what ends right after it. */
const SETTLED_MS = 100;
/** What belongs together, the network of a container and its volume, is removed one after the other. */
const BURST_MS = 100;

/** These may come in any number; the others come seldom, or somebody waits for them. */
const HURRIED: ReadonlySet<Trigger> = new Set(["docker", "settled", "demand", "file"]);
/** What came of the host or of our own work, and of nobody's order. */
const SELF_MADE: ReadonlySet<Trigger> = new Set(["docker", "settled", "demand"]);
/** Somebody waits: neither orders nor the registry are asked for first. */
const SHORT: ReadonlySet<Trigger> = new Set([...SELF_MADE, "request"]);

const LEFT_ALONE: Partial<Readonly<Record<Hold, string>>> = {
  "paused": "paused",
  "guarded": "the pass would delete too much",
  "drift-only-told": "`drift: detect`",
  "breaker-open": "too many engines in a row could not be started; `warm recycle` tries again",
  "rollout-paused": "the rollout is paused; `warm recycle` goes on",
};

/** The watcher's memory and its one round: read what was asked, run a pass, tell what came of it. */
export class Watcher {
  condition: Condition = { state: "running" };
  pause: Pause | undefined;
  lastPass: PassRecord | undefined;
  lastResult: PassResult | undefined;
  passes = 0;
  /** Changes whenever there is something else to tell. */
  revision = 0;
  /** When the last round began or ended, milliseconds since the epoch. */
  roundAt: number;
  isInRound = false;
  isStopped = false;
  #keys: ResourceKeys;
  #version = 0;
  #timerAtMs = 0;
  #registryProblem: string | undefined;
  #indexed: { readonly desired: Desired; readonly names: WantedNames } | undefined;
  readonly #tools: WatcherTools;

  constructor(tools: WatcherTools) {
    this.#tools = tools;
    this.roundAt = tools.clock.now();
    this.#keys = resourceKeys(tools.source.current.desired, tools.salt);
  }

  /** Of a resource as the file in use says it; empty for what the file does not say. */
  keyOf(address: Address): string {
    return this.#keys.get(specAddress(address)) ?? "";
  }

  /** When to look again although nothing happens, and for what. */
  deadline(): { readonly atMs: number; readonly trigger: Trigger } {
    const { condition, pause } = this;
    const { ledger, book, clock } = this.#tools;
    if (condition.state !== "running")
      return { atMs: Math.min(condition.retryAtMs, clock.now() + LONGEST_RETRY_MS), trigger: "retry" };
    this.#bringTimerNear();
    const retryMs = Math.min(ledger.nextTryMs(), book.nextEndMs());
    const resumeMs = pause?.until === undefined ? Number.POSITIVE_INFINITY : Date.parse(pause.until);
    const soonest = Math.min(retryMs, resumeMs, this.#timerAtMs);
    return { atMs: soonest, trigger: soonest === this.#timerAtMs ? "timer" : "retry" };
  }

  /**
   * One round. Never throws: what went wrong is in `condition`.
   * @returns whether there is anything to tell of it
   */
  async round(triggers: readonly Trigger[]): Promise<boolean> {
    const { clock } = this.#tools;
    const startedAt = clock.now();
    this.#enterRound(true);
    const isScheduled = triggers.some((trigger) => trigger === "timer" || trigger === "start");
    if (isScheduled) this.#setTimer();
    try {
      // An order wakes us itself: what is urgent does not wait for a look at its files.
      if (!triggers.every((trigger) => SHORT.has(trigger))) await this.#readControl();
      const isFile = triggers.includes("file");
      if (isScheduled || isFile || triggers.includes("git") || triggers.includes("reload")) {
        const isSame = await this.#reload(triggers.includes("reload"));
        // Something beside the file was written: a log, a result, our own state.
        if (isSame && isFile && triggers.length === 1) return false;
      }
      await this.#pass(triggers);
      this.#recover();
    } catch (error) {
      this.#fail(error);
      // A host that is away is something to ask about.
      if (this.condition.state !== "standby") await this.#tools.listeners.open();
    } finally {
      this.#enterRound(false);
    }
    if (triggers.every((trigger) => HURRIED.has(trigger))) this.#tools.budget.spend(clock.now() - startedAt);
    return true;
  }

  #enterRound(isInRound: boolean): void {
    this.isInRound = isInRound;
    this.roundAt = this.#tools.clock.now();
    this.revision += 1;
  }

  async #pass(triggers: readonly Trigger[]): Promise<void> {
    const { source, book, guard, runPass, outcomes, clock } = this.#tools;
    const startedAt = clock.now();
    const { config, version } = book.wanted(source.current);
    this.#follow(config.desired, version);
    const result = await runPass({
      config,
      isPaused: this.pause !== undefined,
      isDeleteAllowed: (address) => guard.isAllowed(address) || book.isLetGo(address),
      asksRegistry: triggers.some((trigger) => !SHORT.has(trigger)),
      onBegin: outcomes.begin,
    });
    const planned = result.plan.changes.filter(isChange).length;
    this.passes += 1;
    this.lastResult = result;
    this.lastPass = {
      at: new Date(startedAt).toISOString(),
      ms: Math.round(clock.now() - startedAt),
      triggers,
      planned,
      begun: result.begun.length,
    };
    this.#tools.log.debug("pass done", { ...this.lastPass });
    this.#tellPass(result);
    book.settle(result.plan, version);
    await this.#seeRevision(result);
    this.#tools.waits.see({ result, version, startedAtMs: startedAt });
    this.#tools.feed.tell({ type: "pass", pass: this.lastPass, open: planned });
  }

  async #seeRevision(result: PassResult): Promise<void> {
    // Somebody wants nothing to be begun: nothing is concluded from what was not.
    if (this.pause !== undefined) return;
    if (!(await this.#tools.revisions.see(result))) return;
    this.#adopt();
    this.#tools.wakeups.mark("rollback");
  }

  /** What is wanted otherwise from now on is not worked on as it was. */
  #follow(desired: Desired, version: number): void {
    if (version === this.#version) return;
    this.#version = version;
    const keys = resourceKeys(desired, this.#tools.salt);
    const before = this.#keys;
    this.#keys = keys;
    this.#tools.flights.preempt((address) => {
      const of = specAddress(address);
      return keys.get(of) !== before.get(of);
    });
  }

  #tellPass({ moved, held, flapping, massDelete, registryError, plan }: PassResult): void {
    const { teller, log, guard } = this.#tools;
    for (const move of moved) teller.moved(move, LEFT_ALONE[held.get(move.change.address) ?? "waiting"]);
    for (const change of flapping) teller.flapping(change);
    if (registryError?.message !== this.#registryProblem && registryError !== undefined)
      log.warn("registry away", { code: registryError.code, detail: registryError.message });
    this.#registryProblem = registryError?.message;
    guard.see(plan, massDelete);
  }

  /** @returns whether the file is as it was */
  async #reload(isForced: boolean): Promise<boolean> {
    const { source, teller, log } = this.#tools;
    const outcome = await source.reload(isForced);
    const { path } = source.origin;
    const { sha256, commit } = source.revision;
    const revision = { sha256, commit };
    const named = toRevision(source.origin, source.revision);
    if (outcome === "invalid" || outcome === "refused") this.tellRefusal();
    if (outcome === "valid-again")
      teller.configValid(`${path}: good again, as it was`, { file: path, ...revision }, named);
    if (outcome !== "changed") return outcome === "same" || outcome === "still-invalid";
    if (source.wasInvalid) teller.configValid(`${path}: good again`, { file: path, ...revision }, named);
    this.#adopt();
    log.info("config loaded", { file: path, ...revision, detail: `${path}: loaded` });
    for (const note of source.current.notes) log.warn("config note", { file: path, detail: note });
    return false;
  }

  /** Why what is wanted is not in use. */
  tellRefusal(): void {
    const { source, teller, log } = this.#tools;
    const { error, refusal, origin, wanted } = source;
    if (error === undefined) return;
    const detail = `${describeError(error)}; the last good one stays in use`;
    const fields = { file: origin.path, hint: error.hint };
    if (refusal === "invalid") teller.configInvalid(detail, fields, toRevision(origin, wanted));
    // It was told when it failed.
    else log.warn("revision not tried", { ...fields, sha256: wanted.sha256, commit: wanted.commit, detail });
  }

  /** Goes by the settings of the file in use, which is another one. */
  #adopt(): void {
    const { config, desired } = this.#tools.source.current;
    this.#setTimer();
    this.#tools.setPullLimit(desired.pull.concurrency);
    this.#tools.notifier.configure(config.notify);
  }

  async #readControl(): Promise<void> {
    const { state, clock, log, ledger, guard } = this.#tools;
    // A watcher that stands by leaves the order to the one at work. One that makes a single round is at work at once.
    const isAtWork =
      this.#tools.isOnce || (this.lastPass !== undefined && this.condition.state === "running");
    const order = isAtWork ? await takeResume(state, clock.now()) : undefined;
    if (order !== undefined) {
      ledger.resume();
      guard.forbid();
      if ((await this.#tools.revisionBook.forgive()) > 0) this.#tools.wakeups.mark("reload");
      const count = order.allowsDeletes ? guard.allow(this.#tools.isOnce) : 0;
      const allowed = count > 0 ? `; the ${count} deletions that were held back are allowed` : "";
      log.info("resumed", { detail: `everything is tried anew${allowed}` });
    }
    const pause = await readPause(state, clock.now());
    if (pause !== undefined && this.pause === undefined) {
      const until = pause.until === undefined ? "until `warm resume`" : `until ${pause.until}`;
      const detail = `paused ${until} by ${pause.who}: ${pause.reason}`;
      // What was begun and has not started yet is left alone too.
      this.#tools.flights.stop();
      log.warn("paused", { until: pause.until, reason: pause.reason, who: pause.who, detail });
    }
    if (pause === undefined && this.pause !== undefined)
      log.info("pause over", { detail: "the pause is over" });
    this.pause = pause;
  }

  #setTimer(): void {
    const { clock, source } = this.#tools;
    this.#timerAtMs = clock.now() + source.current.config.intervalMs * (0.9 + clock.random() * 0.2);
  }

  /** Further away than it is ever set: the clock was set back, or the file asks for a shorter interval. */
  #bringTimerNear(): void {
    const { clock, source } = this.#tools;
    if (this.#timerAtMs - clock.now() > 1.1 * source.current.config.intervalMs) this.#setTimer();
  }

  #fail(thrown: unknown): void {
    const { log, clock, link } = this.#tools;
    const error = toWarmError(thrown);
    if (error.code === "interrupted") return;
    this.#tools.onFailure?.(error);
    const before = this.condition;
    const now = clock.now();
    this.condition = afterFailure(before, error, now, clock.random());
    this.#tools.waits.fail(error);
    if (this.condition.state === "standby") this.#tools.pools.suspend();
    if (this.condition.state === "host-away") link.markAway(this.#tools.flights.idle());
    if (this.condition.state !== "running") tellHindrance(before, this.condition, log);
  }

  #recover(): void {
    const { condition } = this;
    if (condition.state === "running") return;
    tellRecovery(condition, this.#tools.clock.now(), this.#tools.log);
    this.condition = { state: "running" };
  }

  /** What a single round would say to a shell. */
  exitCode(): number {
    const { guard, source, ledger } = this.#tools;
    const isPaused = this.pause !== undefined;
    return exitCodeOfRound({ guard, source, ledger, isPaused, plan: this.lastResult?.plan });
  }

  /** There is something else to tell, beside a round. */
  touch(): void {
    this.revision += 1;
  }

  onSettled(address: Address): void {
    const { wakeups, budget, outcomes } = this.#tools;
    outcomes.onSettled(address);
    wakeups.mark("settled", Math.max(SETTLED_MS, budget.waitMs()));
  }

  #index(desired: Desired): WantedNames {
    if (this.#indexed?.desired !== desired) this.#indexed = { desired, names: indexWanted(desired) };
    return this.#indexed.names;
  }

  onHostEvent(event: HostEvent): void {
    const { wakeups, source, book, log, flights, memory, deaths, clock, budget } = this.#tools;
    const view = {
      wanted: this.#index(book.wanted(source.current).config.desired),
      inFlight: flights.addresses,
      addressById: this.lastResult?.addressById ?? new Map<string, Address>(),
      imageIds: this.lastResult?.imageIds,
      hasConflicts: (this.lastResult?.plan.summary.conflict ?? 0) > 0,
    };
    if (event.kind === "container" && event.action === "update") memory.forgetLimits(event.id);
    // Whoever works with an engine is told, though work on its place is under way: that may wait for its very end.
    const isDeath = event.kind === "container" && /^died?$/.test(event.action);
    if (isDeath) this.#tools.pools.died(event.id);
    if (!isDamage(event, view)) return;
    // Who stands by waits for one thing.
    if (this.condition.state === "standby" && !isLockEvent(event)) return;
    if (isDeath) deaths.add(event.id, clock.now());
    log.debug("host event", { kind: event.kind, action: event.action, id: event.id });
    wakeups.mark("docker", Math.max(event.kind === "container" ? 0 : BURST_MS, budget.waitMs()));
  }
}

const isLockEvent = ({ attributes }: HostEvent) => attributes[LABEL.address]?.startsWith("lock.") === true;
