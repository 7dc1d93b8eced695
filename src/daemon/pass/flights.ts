import { setMaxListeners } from "node:events";
import type { ApplyContext, StopSignals } from "../../apply/apply-context.js";
import type { EngineGate } from "../../apply/engine-gate.js";
import { executePlan } from "../../apply/execute-plan.js";
import { redactEvents } from "../../apply/redact-events.js";
import type { ApplyEvent } from "../../model/event.js";
import { type Change, isChange, type Plan } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";

/** Work that passes have begun. It may take longer than a pass, and holds up nothing but what depends on it. */
export interface Flights {
  readonly addresses: ReadonlySet<Address>;
  /** Begins these changes of a plan; never rejects. */
  launch(due: readonly Change[], context: ApplyContext, lockReason: () => Promise<string | undefined>): void;
  /** Gives up work whose resource the file now says otherwise. */
  preempt(isOutdated: (address: Address) => boolean): void;
  /** Starts nothing more; what is in flight goes on. */
  stop(): void;
  /** Gives up what is in flight. */
  abort(): void;
  /** Resolves when nothing is in flight. */
  idle(): Promise<void>;
}

export interface FlightSettings {
  /** Told each event of the work, then that its address is free again. */
  readonly onEvent: (event: ApplyEvent, change: Change) => void;
  readonly onSettled: (address: Address) => void;
}

interface Flight {
  readonly soft: AbortController;
  readonly hard: AbortController;
}

export function createFlights({ onEvent, onSettled }: FlightSettings): Flights {
  const flying = new Map<Address, Flight>();
  const runs = new Set<Promise<unknown>>();

  function settle(address: Address, flight: Flight): void {
    if (flying.get(address) !== flight) return;
    flying.delete(address);
    onSettled(address);
  }

  function launch(
    due: readonly Change[],
    context: ApplyContext,
    lockReason: () => Promise<string | undefined>,
  ): void {
    const own = new Map(due.map((change) => [change.address, { change, flight: createFlight() }]));
    // The place that a successor takes is at work too.
    const claimed = [...own.values()].flatMap(({ change: { address, successor = address }, flight }) =>
      [...new Set([address, successor])].map((one) => [one, flight] as const),
    );
    for (const [address, flight] of claimed) flying.set(address, flight);
    const emit = redactEvents((event: ApplyEvent) => {
      const { change, flight } = ("address" in event ? own.get(event.address) : undefined) ?? {};
      if (change === undefined || flight === undefined) return;
      onEvent(event, change);
      if (!isEnd(event)) return;
      for (const [address, own] of claimed) if (own === flight) settle(address, flight);
    }, context.desired);
    const stopOf = ({ address }: Change): StopSignals => {
      const { soft, hard } = own.get(address)?.flight ?? createFlight();
      return { soft: soft.signal, hard: hard.signal };
    };
    const part: Plan = { ...context.plan, changes: context.plan.changes.filter(isPart(own)) };
    // What is held back must not be taken for something that this run makes anew.
    const changes = new Map(part.changes.map((change) => [change.address, change]));
    const engines = tellReady(context.engines, (address) => {
      // A successor that stands ready is an engine like any other, however long its predecessor is still used.
      const flight = own.has(address) ? undefined : claimed.find(([one]) => one === address)?.[1];
      if (flight !== undefined) settle(address, flight);
    });
    const run = executePlan({ ...context, engines, plan: part, changes, emit }, lockReason, stopOf)
      .catch(() => undefined)
      .then(() => {
        for (const [address, flight] of claimed) settle(address, flight);
        runs.delete(run);
      });
    runs.add(run);
  }

  const all = (act: (flight: Flight) => void) => {
    for (const flight of flying.values()) act(flight);
  };
  return {
    get addresses() {
      return new Set(flying.keys());
    },
    launch,
    preempt(isOutdated) {
      for (const [address, flight] of flying) if (isOutdated(address)) abort(flight);
    },
    stop: () => all(({ soft }) => soft.abort()),
    abort: () => all(abort),
    async idle() {
      while (runs.size > 0) await Promise.all(runs);
    },
  };
}

/** @param onReady told the place of each engine that has become ready */
function tellReady(gate: EngineGate, onReady: (address: Address) => void): EngineGate {
  const places = new Map<string, Address>();
  return {
    ...gate,
    begun(containerId, address) {
      places.set(containerId, address);
      gate.begun(containerId, address);
    },
    ready(containerId) {
      gate.ready(containerId);
      const address = places.get(containerId);
      if (address !== undefined) onReady(address);
    },
  };
}

function createFlight(): Flight {
  const flight = { soft: new AbortController(), hard: new AbortController() };
  setMaxListeners(0, flight.soft.signal, flight.hard.signal);
  return flight;
}

function abort({ soft, hard }: Flight): void {
  soft.abort();
  hard.abort();
}

function isEnd({ type }: ApplyEvent): boolean {
  return type === "action-done" || type === "action-failed" || type === "action-skipped";
}

const isPart = (due: ReadonlyMap<Address, unknown>) => (change: Change) =>
  !isChange(change) || due.has(change.address);
