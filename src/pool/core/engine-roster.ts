import {
  ENGINE_STATES,
  type EngineState,
  type EngineStep,
  HISTORY_LENGTH,
  TRANSITIONS,
} from "../../model/engine.js";
import { engineAddress } from "../../model/names.js";
import type { Reason } from "../../model/plan.js";
import type { JournalRecord } from "../journal/journal-record.js";
import type { CoreSettings } from "./core-settings.js";
import type { PoolEvent } from "./pool-event.js";

/** An engine while it lives. Only the roster changes its state. */
export interface Engine {
  readonly containerId: string;
  readonly slot: number;
  /** `engine.valheim/1` */
  readonly address: string;
  readonly state: EngineState;
  /** When it came into its state, monotonic. */
  readonly sinceMs: number;
  readonly history: readonly EngineStep[];
  /** The order in which engines became ready: the last one is the warmest. */
  readonly readyOrder: number;
  jobs: number;
  due: Reason | undefined;
  isFrozen: boolean;
  /** When it first passed its ready check, monotonic; undefined before, and after a restart of warm. */
  firstReadyMs: number | undefined;
  /** When its last job ended, monotonic. */
  returnedMs: number | undefined;
  /** Who wait for it to be free of its lease, to take it away. */
  readonly retirees: Set<(isTaken: boolean) => void>;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Counts = Record<EngineState, number>;

/** The engines of one pool: their states by the table, their histories, and how many are in each state. */
export class EngineRoster {
  readonly #settings: CoreSettings;
  readonly #tell: (event: PoolEvent) => void;
  readonly #engines = new Map<string, Writable<Engine>>();
  readonly #counts = Object.fromEntries(ENGINE_STATES.map((state) => [state, 0])) as Counts;
  #readyOrder = 0;

  constructor(settings: CoreSettings, tell: (event: PoolEvent) => void) {
    this.#settings = settings;
    this.#tell = tell;
  }

  get counts(): Readonly<Counts> {
    return this.#counts;
  }

  /** Engines that can take jobs, now or once they are ready again. */
  get live(): number {
    const { starting, ready, leased, resetting, verifying } = this.#counts;
    return starting + ready + leased + resetting + verifying;
  }

  get size(): number {
    return this.#engines.size;
  }

  get(containerId: string): Engine | undefined {
    return this.#engines.get(containerId);
  }

  all(): IterableIterator<Engine> {
    return this.#engines.values();
  }

  add(containerId: string, slot: number, nowMs: number): void {
    const engine = this.#put(
      { containerId, slot, state: "starting", jobs: 0, due: undefined, history: [] },
      nowMs,
    );
    this.#step(engine, undefined, "starting", "begun", nowMs, 0);
  }

  /** Takes over an engine as a journal has it, without a word. */
  restore(
    past: Pick<Engine, "containerId" | "slot" | "state" | "jobs" | "due" | "history">,
    sinceMs: number,
  ): Engine {
    return this.#put({ ...past, history: [...past.history] }, sinceMs);
  }

  /** What a restart of warm makes of an engine: not bound to the table, since nobody knows what happened meanwhile. */
  distrust(engine: Engine, reason: string, nowMs: number): void {
    this.#step(engine as Writable<Engine>, engine.state, "resetting", reason, nowMs, 0);
  }

  /** @throws Error when the table of transitions forbids it: a bug */
  move(engine: Engine, to: EngineState, reason: string, nowMs: number): void {
    if (!TRANSITIONS[engine.state].includes(to))
      throw new Error(`${engine.address}: an engine that is ${engine.state} cannot become ${to} (${reason})`);
    const spentMs = nowMs - engine.sinceMs;
    if (to === "ready") (engine as Writable<Engine>).readyOrder = ++this.#readyOrder;
    this.#step(engine as Writable<Engine>, engine.state, to, reason, nowMs, spentMs);
  }

  setDue(engine: Engine, due: Reason | undefined): void {
    engine.due = due;
    this.#settings.record(this.#recordOf(engine, undefined));
  }

  remove(engine: Engine, reason: string): void {
    const { containerId, address, state } = engine;
    this.#engines.delete(containerId);
    this.#counts[state] -= 1;
    this.#settings.record({ k: "gone", containerId });
    const { pool } = this.#settings;
    this.#tell({ type: "engine-gone", pool, containerId, engine: address, from: state, reason });
  }

  /** All that a journal has to hold of these engines. */
  snapshot(): JournalRecord[] {
    return [...this.#engines.values()].flatMap((engine) => {
      const steps = engine.history.map((step) => ({ ...this.#recordOf(engine, step), state: step.to }));
      return [...steps, this.#recordOf(engine, undefined)];
    });
  }

  #put(
    past: Pick<Engine, "containerId" | "slot" | "state" | "jobs" | "due" | "history">,
    sinceMs: number,
  ): Writable<Engine> {
    const engine: Writable<Engine> = {
      ...past,
      address: engineAddress(this.#settings.pool, past.slot),
      sinceMs,
      readyOrder: ++this.#readyOrder,
      isFrozen: false,
      firstReadyMs: undefined,
      returnedMs: undefined,
      retirees: new Set(),
    };
    this.#engines.set(engine.containerId, engine);
    this.#counts[engine.state] += 1;
    return engine;
  }

  #step(
    engine: Writable<Engine>,
    from: EngineState | undefined,
    to: EngineState,
    reason: string,
    nowMs: number,
    spentMs: number,
  ): void {
    const { pool, record, wallMs } = this.#settings;
    const { containerId, address } = engine;
    this.#counts[engine.state] -= 1;
    this.#counts[to] += 1;
    engine.state = to;
    engine.sinceMs = nowMs;
    const step = { at: new Date(wallMs()).toISOString(), from, to, reason };
    const history = engine.history as EngineStep[];
    history.push(step);
    if (history.length > HISTORY_LENGTH) history.shift();
    record(this.#recordOf(engine, step));
    this.#tell({ type: "transition", pool, containerId, engine: address, from, to, reason, spentMs });
  }

  #recordOf(engine: Engine, step: EngineStep | undefined): Extract<JournalRecord, { k: "engine" }> {
    const { containerId, slot, state, jobs, due } = engine;
    return { k: "engine", pool: this.#settings.pool, containerId, slot, state, jobs, due, step };
  }
}
