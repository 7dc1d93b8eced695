import fc from "fast-check";
import { expect, it } from "vitest";
import { decideTarget, type ScaleInputs } from "../../src/pool/scale/decide-target.js";
import { HighWater } from "../../src/pool/scale/high-water.js";
import { createRefills, Refill } from "../../src/pool/scale/refill.js";
import { policyOf, Rig } from "./builders.js";

const inputs = (changes: Partial<ScaleInputs> = {}): ScaleInputs => ({
  size: { min: 0, max: 6, spare: 1 },
  isScheduled: false,
  busy: 2,
  queued: 1,
  recentPeak: 3,
  breaker: undefined,
  ...changes,
});

it.each([
  [{}, 4, "2 in use + 1 queued + 1 spare, at most 6"],
  [{ queued: 50 }, 6, "2 in use + 50 queued + 1 spare, at most 6"],
  [
    { size: { min: 1, max: 6, spare: 0 }, busy: 0, queued: 0, recentPeak: 0 },
    1,
    "0 in use + 0 queued + 0 spare, at least 1",
  ],
  [
    { size: { min: 0, max: 6, spare: 0 }, busy: 0, queued: 1, recentPeak: 1 },
    1,
    "0 in use + 1 queued + 0 spare, at most 6",
  ],
  [{ recentPeak: 5 }, 6, "2 in use + 1 queued + 1 spare, at most 6, 6 until the cool-down is over"],
  [{ size: { min: 3, max: 3, spare: 0 }, recentPeak: 9 }, 3, "fixed at 3"],
  [{ size: { min: 3, max: 3, spare: 0 }, isScheduled: true }, 3, "fixed at 3, by the schedule"],
  [
    { breaker: { live: 2, mayProbe: true } },
    3,
    "2 in use + 1 queued + 1 spare, at most 6, the breaker is open: no more than the 2 that live and one to try",
  ],
] as const)("decides %j as %i", (changes, target, decision) => {
  expect(decideTarget(inputs(changes))).toEqual({ target, decision });
});

it("stays between min and max whatever is needed", () => {
  const small = fc.nat(30);
  fc.assert(
    fc.property(small, small, small, small, small, small, (min, above, spare, busy, queued, more) => {
      const size = { min, max: min + above, spare };
      const { target } = decideTarget(inputs({ size, busy, queued, recentPeak: busy + queued + more }));
      expect(target).toBeGreaterThanOrEqual(min);
      expect(target).toBeLessThanOrEqual(min + above);
      expect(target).toBeGreaterThanOrEqual(Math.min(min + above, busy + queued + spare));
    }),
  );
});

it("remembers the highest need of the time that has just passed, as a look through all of it would", () => {
  const steps = fc.array(fc.record({ need: fc.nat(8), gapMs: fc.nat(40) }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.nat(100), (all, withinMs) => {
      const water = new HighWater();
      const seen: { need: number; fromMs: number; toMs: number }[] = [];
      let nowMs = 0;
      for (const { need, gapMs } of all) {
        nowMs += gapMs;
        const last = seen.at(-1);
        if (last !== undefined) last.toMs = nowMs;
        seen.push({ need, fromMs: nowMs, toMs: nowMs });
        water.observe(need, nowMs);
        const recent = seen.filter((one) => one === seen.at(-1) || one.toMs + withinMs > nowMs);
        expect(water.peak(nowMs, withinMs)).toBe(Math.max(...recent.map((one) => one.need)));
      }
    }),
  );
});

it("grows at once and shrinks once the need has been low for the cool-down", () => {
  const rig = new Rig({ size: { min: 0, max: 6, spare: 0 } }).ready("e1", "e2");
  const [first, second] = [rig.lease(), rig.lease()];
  expect(rig.target).toBe(2);
  rig.release(first.id, "dirty");
  rig.release(second.id, "dirty");
  expect(rig.core.nextDeadlineMs(rig.nowMs)).toBe(rig.nowMs + 300_000);
  rig.pass(299_999);
  expect(rig.target).toBe(2);
  rig.pass(1);
  expect(rig.target).toBe(0);
});

it("starts the cool-down anew with each time that as many are needed", () => {
  const rig = new Rig({ size: { min: 0, max: 6, spare: 0 } }).ready("e1");
  const job = () => {
    rig.release(rig.lease().id);
    rig.reset("e1");
  };
  job();
  rig.pass(200_000);
  job();
  rig.pass(299_999);
  expect(rig.target).toBe(1);
  rig.pass(1);
  expect(rig.target).toBe(0);
});

it("goes from zero to one for one waiter, and tells why", () => {
  const rig = new Rig({ size: { min: 0, max: 6, spare: 0 } });
  rig.core.tick(rig.nowMs);
  expect(rig.target).toBe(0);
  rig.ask();
  expect(rig.target).toBe(1);
  expect(rig.told("scaled")).toMatchObject([{ from: 0, to: 1 }]);
});

it("asks for no more than max in a burst", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, queue: 100 } };
  for (let count = 0; count < 50; count += 1) rig.ask();
  expect(rig.target).toBe(6);
});

it("follows a file that changes its size", () => {
  const rig = new Rig({ size: { min: 2, max: 2, spare: 0 } });
  expect(rig.target).toBe(2);
  rig.policy = { ...rig.policy, size: { min: 5, max: 5, spare: 0 } };
  rig.core.tick(rig.nowMs);
  expect(rig.target).toBe(5);
});

it("does not count what was begun without a limit against a limit that comes later", () => {
  let now = 0;
  const refills = createRefills(() => now);
  const unlimited = policyOf({ size: { min: 2, max: 2, spare: 0 } });
  const limited = { ...unlimited, scale: { ...unlimited.scale, refillPerMinute: 1 } };
  for (const policy of [unlimited, unlimited]) {
    expect(refills.mayTake("p", policy)).toBe(true);
    refills.take("p");
  }
  now = 3_000;
  refills.beginPass();
  expect([1, 2, 3].map(() => refills.mayTake("p", limited))).toEqual([true, true, false]);
});

it("lets a pool be filled at once and then refills it at its rate", () => {
  const refill = new Refill(() => ({ burst: 3, perMinute: 6 }));
  expect([1, 2, 3, 4].map(() => refill.take(0))).toEqual([true, true, true, false]);
  expect(refill.nextMs(0)).toBe(10_000);
  expect(refill.take(9_999)).toBe(false);
  expect(refill.take(10_000)).toBe(true);
  expect(refill.nextMs(10_000)).toBe(10_000);
});

it("never lets more through than a burst and the rate, and never waits for long with nothing to wait for", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.array(fc.nat(30_000), { maxLength: 60 }),
      (burst, gaps) => {
        const refill = new Refill(() => ({ burst, perMinute: 4 }));
        let [nowMs, taken] = [0, 0];
        for (const gapMs of gaps) {
          nowMs += gapMs;
          const waitMs = refill.nextMs(nowMs);
          const isTaken = refill.take(nowMs);
          expect(isTaken).toBe(waitMs === 0);
          if (isTaken) taken += 1;
          expect(taken).toBeLessThanOrEqual(burst + (nowMs * 4) / 60_000 + 1e-6);
        }
        expect(refill.nextMs(nowMs)).toBeLessThanOrEqual(15_000);
      },
    ),
  );
});

it("counts what a pass lets through before it is begun, and once", () => {
  const refills = createRefills(() => 0);
  const policy = policyOf({
    size: { min: 2, max: 2, spare: 0 },
    scale: { cooldownMs: 0, refillPerMinute: 1 },
  });
  const pass = (asks: number) => {
    refills.beginPass();
    return Array.from({ length: asks }, () => refills.mayTake("p", policy));
  };
  expect(pass(3)).toEqual([true, true, false]);
  expect(pass(3)).toEqual([true, true, false]);
  refills.take("p");
  refills.take("p");
  expect(pass(1)).toEqual([false]);
});
