import fc from "fast-check";
import { expect, it } from "vitest";
import { ENGINE_STATES, TRANSITIONS } from "../../src/model/engine.js";
import type { PoolPolicy } from "../../src/model/pool.js";
import type { Lease, Settled } from "../../src/pool/core/lease.js";
import { Rig } from "./builders.js";

function must(isSo: boolean, promise: string): void {
  if (!isSo) throw new Error(`broken: ${promise}`);
}

interface Ask {
  readonly ticket: number;
  readonly key: string | undefined;
  /** Of its place: who asks with the key of one who waits stands where that one stands. */
  readonly priority: number;
  readonly order: number;
  readonly deadlineMs: number;
  settled: Settled | undefined;
}

/** What we know of a pool without looking into it. */
class World {
  readonly rig: Rig;
  asks: Ask[] = [];
  /** Granted, and neither taken nor given back by the asker. */
  untaken: Lease[] = [];
  /** Those whose holders know of them. */
  taken: Lease[] = [];
  readonly ended: Lease[] = [];
  readonly endedMs = new Map<string, number>();
  stale: ReadonlySet<string> = new Set();
  readonly retired = new Map<string, (() => void)[]>();
  jobs = new Map<string, number>();
  lastFence = 0;
  engines = 0;
  orders = 0;

  constructor(policy: Partial<PoolPolicy>) {
    this.rig = new Rig(policy);
  }

  get waiting(): Ask[] {
    return this.asks.filter(({ settled }) => settled === undefined);
  }

  settle(ask: Ask, settled: Settled): void {
    if (ask.settled !== undefined) throw new Error("told twice");
    if (!this.asks.includes(ask)) throw new Error("told one who had left");
    ask.settled = settled;
    if (settled.kind !== "granted") return;
    const { lease } = settled;
    const isNew = ![...this.untaken, ...this.taken].some(({ id }) => id === lease.id);
    this.untaken.push(lease);
    if (!isNew) return;
    const engine = this.rig.core.engines().find(({ containerId }) => containerId === lease.containerId);
    if (engine?.due === "failed") throw new Error("an engine was handed out that is known to fail");
    for (const other of this.waiting)
      if (other.priority === ask.priority && other.order < ask.order) throw new Error("overtaken");
    if (settled.queuedMs < 0 || lease.expiresAtMs <= lease.sinceMs) throw new Error("a lease out of time");
  }

  ask(key: string | undefined, priority: number, waitMs: number): void {
    this.orders += 1;
    const place = this.waiting.find((other) => key !== undefined && other.key === key);
    const ask = {
      ...{ ticket: 0, key, settled: undefined as Settled | undefined, deadlineMs: this.rig.nowMs + waitMs },
      ...{ priority: place?.priority ?? priority, order: place?.order ?? this.orders },
    };
    this.asks.push(ask);
    const wish = { ...(key !== undefined && { key }), holder: "h", priority, deadlineMs: ask.deadlineMs };
    const { ticket } = this.rig.core.acquire(wish, this.rig.nowMs, (settled) => this.settle(ask, settled));
    ask.ticket = ticket;
  }

  leave(ask: Ask): void {
    this.asks = this.asks.filter((one) => one !== ask);
    this.rig.core.leave(ask.ticket, this.rig.nowMs);
  }

  /** As kill -9 and a new start: who waited or was not told yet is gone with the process. */
  restart(): void {
    const { rig } = this;
    const before = rig.core.view(rig.nowMs, String);
    const leases = rig.core.leases();
    const snapshot = rig.core.snapshot();
    rig.restart();
    const fromJournal = rig.core.view(rig.nowMs, String);
    rig.restart(snapshot);
    expect(rig.core.view(rig.nowMs, String)).toEqual(fromJournal);
    expect(rig.core.leases().map(({ id, fence, containerId }) => [id, fence, containerId])).toEqual(
      leases.map(({ id, fence, containerId }) => [id, fence, containerId]),
    );
    for (const { containerId, state, jobs } of before.engines) {
      const after = rig.core.engines().find((engine) => engine.containerId === containerId);
      expect([after?.state, after?.jobs]).toEqual([state === "verifying" ? "resetting" : state, jobs]);
    }
    rig.core.setStale(this.stale, rig.nowMs);
    this.asks = [];
    this.taken.push(...this.untaken);
    this.untaken = [];
    this.retired.clear();
  }

  check(): void {
    const { rig } = this;
    const engines = rig.core.engines();
    const view = rig.core.view(rig.nowMs, String);
    for (const state of ENGINE_STATES)
      must(view.counts[state] === engines.filter((engine) => engine.state === state).length, "counts add up");
    const leases = rig.core.leases();
    const leased = engines.filter(({ state }) => state === "leased").map(({ containerId }) => containerId);
    const held = new Set(leases.map(({ containerId }) => containerId));
    must(held.size === leases.length, "no engine has two leases");
    must(leased.length === held.size && leased.every((id) => held.has(id)), "a lease for each leased engine");
    const isServable = (id: string, due: string | undefined) =>
      due !== "failed" && (rig.policy.allowStale || !this.stale.has(id));
    if (view.queued > 0)
      expect(engines.filter((one) => one.state === "ready" && isServable(one.containerId, one.due))).toEqual(
        [],
      );
    must(
      view.queued === new Set(this.waiting.map(({ key, order }) => key ?? order)).size,
      "places in the queue",
    );
    must(view.queued <= rig.policy.lease.queue, "the queue is bounded");
    this.#checkEvents();
    this.#checkTarget(view.target, view.breaker !== undefined, engines);
    for (const { history, state, jobs, containerId } of engines) {
      must(history.at(-1)?.to === state, "the history ends where the engine is");
      must(jobs === (this.jobs.get(containerId) ?? 0), "jobs are counted");
      for (const { from, to, reason } of history)
        must(
          from === undefined || reason.startsWith("warm was stopped") || TRANSITIONS[from].includes(to),
          "the history follows the table",
        );
    }
    // Whoever waits to take an engine waits only while it is leased.
    for (const id of this.retired.keys())
      must(rig.state(id) === "leased", "only leased engines are waited for");
    rig.events.length = 0;
  }

  #checkEvents(): void {
    for (const event of this.rig.events) {
      if (event.type === "lease-granted") {
        must(event.lease.fence > this.lastFence, "fences grow");
        this.lastFence = event.lease.fence;
        const { containerId } = event.lease;
        this.jobs.set(containerId, (this.jobs.get(containerId) ?? 0) + 1);
      } else if (event.type === "lease-given-back") {
        const { containerId } = event.lease;
        this.jobs.set(containerId, (this.jobs.get(containerId) ?? 0) - 1);
        this.#end(event.lease);
      } else if (
        event.type === "lease-released" ||
        event.type === "lease-expired" ||
        event.type === "lease-lost"
      ) {
        this.#end(event.lease);
      }
    }
    const held = new Set(this.rig.core.leases().map(({ id }) => id));
    for (const { id } of [...this.taken, ...this.untaken])
      must(held.has(id), "a lease ends only with a word");
  }

  #end({ id }: Lease): void {
    const isIt = (lease: Lease) => lease.id === id;
    this.endedMs.set(id, this.rig.nowMs);
    this.ended.push(...this.taken.filter(isIt), ...this.untaken.filter(isIt));
    this.taken = this.taken.filter((lease) => !isIt(lease));
    this.untaken = this.untaken.filter((lease) => !isIt(lease));
  }

  /** A lease that is over is remembered for ten minutes. */
  endedAs({ id }: Lease): "ended" | "unknown" {
    const isRemembered = this.rig.nowMs < (this.endedMs.get(id) ?? this.rig.nowMs) + 600_000;
    return isRemembered ? "ended" : "unknown";
  }

  #checkTarget(target: number, isOpen: boolean, engines: readonly { readonly state: string }[]): void {
    const { min, max } = this.rig.policy.size;
    const dead = ["quarantined", "error", "draining"];
    const live = engines.filter(({ state }) => !dead.includes(state)).length;
    must(target <= max, "no more than max");
    must(isOpen ? target <= live + 1 : target >= min, "at least min, or what the breaker lets through");
  }
}

type Model = Record<string, never>;

/** One thing that may happen; picks among what there is, and is nothing where there is none. */
class Happening implements fc.Command<Model, World> {
  readonly #name: string;
  readonly #run: (world: World) => void;

  constructor(name: string, run: (world: World) => void) {
    this.#name = name;
    this.#run = run;
  }

  check = () => true;

  run(_: Model, world: World): void {
    this.#run(world);
    world.check();
  }

  toString = () => this.#name;
}

const pick = <T>(all: readonly T[], index: number): T | undefined => all[index % Math.max(1, all.length)];
const inState = (world: World, state: string, index: number) =>
  pick(
    world.rig.core.engines().filter((engine) => engine.state === state),
    index,
  )?.containerId;

function on<T>(
  name: string,
  choose: (world: World, index: number) => T | undefined,
  act: (world: World, it: T) => void,
) {
  return fc.nat(7).map(
    (index) =>
      new Happening(`${name}(${index})`, (world) => {
        const it = choose(world, index);
        if (it !== undefined) act(world, it);
      }),
  );
}

const anyEngine = (world: World, index: number) => pick(world.rig.core.engines(), index)?.containerId;
const now = (world: World) => world.rig.nowMs;

function begin(world: World): string {
  world.engines += 1;
  world.rig.core.begun(`e${world.engines}`, world.engines, now(world));
  return `e${world.engines}`;
}

const happenings = [
  fc
    .record({
      key: fc.option(fc.constantFrom("k1", "k2", "k3"), { nil: undefined }),
      priority: fc.integer({ min: -1, max: 2 }),
      waitMs: fc.constantFrom(0, 5_000, 60_000),
    })
    .map(
      ({ key, priority, waitMs }) =>
        new Happening(`ask(${key}, ${priority}, ${waitMs})`, (world) => world.ask(key, priority, waitMs)),
    ),
  on(
    "leave",
    (world, index) => pick(world.waiting, index),
    (world, ask) => world.leave(ask),
  ),
  on(
    "told",
    (world, index) => pick(world.untaken, index),
    (world, lease) => {
      expect(world.rig.core.told(lease.id)).toBe(true);
      world.untaken.splice(world.untaken.indexOf(lease), 1);
      world.taken.push(lease);
    },
  ),
  on(
    "giveBack",
    (world, index) => pick(world.untaken, index),
    (world, lease) => {
      const askers = world.untaken.filter(({ id }) => id === lease.id).length;
      const isTaken = world.taken.some(({ id }) => id === lease.id);
      world.untaken.splice(world.untaken.indexOf(lease), 1);
      world.rig.core.giveBack(lease.id, now(world));
      expect(world.rig.core.lease(lease.id) === undefined).toBe(askers === 1 && !isTaken);
    },
  ),
  on(
    "renew",
    (world, index) => pick([...world.taken, ...world.ended], index),
    (world, lease) => {
      const isHeld = world.rig.core.lease(lease.id) !== undefined;
      const isOver = isHeld && (world.rig.core.lease(lease.id)?.expiresAtMs ?? 0) <= now(world);
      expect(world.rig.core.renew(lease.id, lease.fence - 1, undefined, now(world)).kind).toBe(
        isHeld && !isOver ? "stale-fence" : world.endedAs(lease),
      );
      const { kind } = world.rig.core.renew(lease.id, lease.fence, 20_000, now(world));
      expect(kind === "renewed" || kind === "at-maximum").toBe(isHeld && !isOver);
    },
  ),
  on(
    "release",
    (world, index) => pick(world.taken, index),
    (world, lease) => {
      const { kind } = world.rig.core.release(
        lease.id,
        lease.fence,
        lease.fence % 5 === 0 ? "dirty" : "clean",
        now(world),
      );
      expect(["released", "ended"]).toContain(kind);
      expect(world.rig.core.lease(lease.id)).toBeUndefined();
    },
  ),
  on(
    "release again",
    (world, index) => pick(world.ended, index),
    (world, lease) => {
      expect(world.rig.core.release(lease.id, lease.fence, "clean", now(world)).kind).toBe(
        world.endedAs(lease),
      );
    },
  ),
  fc.constant(new Happening("begun", (world) => void begin(world))),
  fc.constant(
    new Happening("begun and ready", (world) =>
      world.rig.core.ready(begin(world), now(world), "ready check passed"),
    ),
  ),
  on(
    "ready",
    (world, index) => inState(world, "starting", index),
    (world, id) => world.rig.core.ready(id, now(world), "ready check passed"),
  ),
  on("failed", anyEngine, (world, id) => {
    world.rig.core.failed(id, "its container ended", now(world));
    expect(["error", "draining", "quarantined"]).toContain(world.rig.state(id));
  }),
  on("gone", anyEngine, (world, id) => {
    world.rig.core.gone(id, now(world), "its container is gone");
    expect(world.rig.state(id)).toBeUndefined();
  }),
  on(
    "resetDone",
    (world, index) => inState(world, "resetting", index),
    (world, id) => world.rig.core.resetDone(id, now(world)),
  ),
  on(
    "verified",
    (world, index) => inState(world, "verifying", index),
    (world, id) => world.rig.core.verified(id, now(world)),
  ),
  on(
    "reset",
    (world, index) => inState(world, "resetting", index),
    (world, id) => world.rig.reset(id),
  ),
  on(
    "quarantined",
    (world, index) => inState(world, "verifying", index),
    (world, id) => world.rig.core.quarantined(id, "verify failed", now(world)),
  ),
  on("retire", anyEngine, (world, id) => {
    const wasLeased = world.rig.state(id) === "leased";
    let answers = 0;
    const cancel = world.rig.core.retire(id, now(world), () => {
      answers += 1;
      if (answers > 1) throw new Error("retired twice");
      world.retired.delete(id);
    });
    if (wasLeased) world.retired.set(id, [...(world.retired.get(id) ?? []), cancel]);
    else expect([answers, world.rig.state(id)]).toEqual([1, "draining"]);
  }),
  on(
    "call off",
    (world, index) => pick([...world.retired.values()], index),
    (_, cancels) => {
      for (const cancel of cancels) cancel();
    },
  ),
  fc.tuple(fc.nat(7), fc.constantFrom("failed" as const, "requested" as const, undefined)).map(
    ([index, due]) =>
      new Happening(`setDue(${index}, ${due})`, (world) => {
        const id = anyEngine(world, index);
        if (id !== undefined) world.rig.core.setDue(id, due, now(world));
      }),
  ),
  fc.subarray(["e1", "e2", "e3", "e4"]).map(
    (ids) =>
      new Happening(`setStale(${ids})`, (world) => {
        world.stale = new Set(ids);
        world.rig.core.setStale(world.stale, now(world));
      }),
  ),
  on("setFrozen", anyEngine, (world, id) => world.rig.core.setFrozen(id, !world.rig.core.isFrozen(id))),
  fc.constantFrom(1, 4_000, 30_000, 301_000, 3_700_000).map(
    (ms) =>
      new Happening(`pass(${ms})`, (world) => {
        world.rig.pass(ms);
        for (const { deadlineMs } of world.waiting) expect(deadlineMs).toBeGreaterThan(now(world));
        for (const { expiresAtMs } of world.rig.core.leases())
          expect(expiresAtMs).toBeGreaterThan(now(world));
        expect(world.rig.core.nextDeadlineMs(now(world))).toBeGreaterThan(now(world));
      }),
  ),
  fc.constant(new Happening("restart", (world) => world.restart())),
];

const policies = fc.record({
  size: fc.constantFrom(
    { min: 0, max: 3, spare: 1 },
    { min: 2, max: 2, spare: 0 },
    { min: 1, max: 6, spare: 0 },
  ),
  maxJobs: fc.constantFrom(undefined, 2),
  allowStale: fc.boolean(),
  onExpire: fc.constantFrom("recycle" as const, "reset" as const),
  maxMs: fc.constantFrom(undefined, 90_000),
  hasReset: fc.boolean(),
});

it("holds what it promises whatever happens in whatever order", () => {
  fc.assert(
    fc.property(policies, fc.commands(happenings, { maxCommands: 60, size: "max" }), (wish, commands) => {
      const { onExpire, maxMs, hasReset, ...rest } = wish;
      const lease = { ttlMs: 30_000, maxMs, queue: 4, leakMs: 20_000, onExpire };
      fc.modelRun(
        () => ({
          model: {},
          real: new World({
            ...rest,
            lease,
            ...(hasReset ? {} : { reset: undefined }),
            breaker: { failures: 2 },
          }),
        }),
        commands,
      );
    }),
    { numRuns: Number(process.env.WARM_MODEL_RUNS ?? 1_000) },
  );
});
