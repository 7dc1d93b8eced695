import { SizeSchedule } from "../scale/current-size.js";
import { decideTarget, type ScaleDecision, type ScaleInputs } from "../scale/decide-target.js";
import { HighWater } from "../scale/high-water.js";
import type { Breaker } from "./breaker.js";
import type { CoreSettings } from "./core-settings.js";
import type { EngineRoster } from "./engine-roster.js";
import type { WaitingLine } from "./waiting-line.js";

/** Follows how many engines a pool has to have. */
export class PoolScaling {
  readonly #settings: CoreSettings;
  readonly #highWater = new HighWater();
  readonly #schedule = new SizeSchedule();
  #last: { readonly inputs: ScaleInputs; readonly decision: ScaleDecision } | undefined;

  constructor(settings: CoreSettings) {
    this.#settings = settings;
  }

  /** To be asked after each step: what is needed now counts until the next time. */
  decide(roster: EngineRoster, line: WaitingLine, breaker: Breaker, nowMs: number): ScaleDecision {
    const policy = this.#settings.policy();
    const { size, isScheduled } = this.#schedule.at(policy, this.#settings.wallMs());
    const { leased, resetting, verifying } = roster.counts;
    const busy = leased + resetting + verifying;
    this.#highWater.observe(busy + line.length, nowMs);
    const recentPeak = this.#highWater.peak(nowMs, policy.scale.cooldownMs);
    const held = breaker.open && { live: roster.live, mayProbe: breaker.mayProbe(nowMs) };
    const inputs = { size, isScheduled, busy, queued: line.length, recentPeak, breaker: held };
    // Most steps change nothing of it.
    if (this.#last === undefined || !isSame(this.#last.inputs, inputs))
      this.#last = { inputs, decision: decideTarget(inputs) };
    return this.#last.decision;
  }

  /** When the target may change though nothing happens, monotonic ms. */
  nextChangeMs(nowMs: number): number {
    const policy = this.#settings.policy();
    const wallMs = this.#settings.wallMs();
    const { untilMs } = this.#schedule.at(policy, wallMs);
    return Math.min(this.#highWater.nextFallMs(policy.scale.cooldownMs), nowMs + untilMs - wallMs);
  }
}

function isSame(a: ScaleInputs, b: ScaleInputs): boolean {
  const isSameNeed = a.busy === b.busy && a.queued === b.queued && a.recentPeak === b.recentPeak;
  const isSameBreaker = a.breaker?.live === b.breaker?.live && a.breaker?.mayProbe === b.breaker?.mayProbe;
  return isSameNeed && isSameBreaker && a.size === b.size && a.isScheduled === b.isScheduled;
}
