import fc from "fast-check";
import { expect, it } from "vitest";
import { createPassBudget } from "../../src/daemon/triggers/pass-budget.js";

const BUDGET = { burstMs: 1_000, share: 0.25 };

/**
 * Makes passes as the watcher does.
 * @param passes how long after the one before each is asked for, and how long it takes
 * @returns when each began
 */
function begin(passes: readonly (readonly [gapMs: number, tookMs: number])[]): number[] {
  let nowMs = 0;
  const budget = createPassBudget(
    { now: () => nowMs, random: () => 0, sleep: async () => undefined },
    BUDGET,
  );
  return passes.map(([gapMs, tookMs]) => {
    nowMs += gapMs;
    nowMs += budget.waitMs();
    const startedAt = nowMs;
    nowMs += tookMs;
    budget.spend(nowMs - startedAt);
    return startedAt;
  });
}

it("lets passes be made at once until the burst is spent, then a share of the time", () => {
  expect(begin(Array.from({ length: 6 }, () => [0, 500] as const))).toMatchInlineSnapshot(`
    [
      0,
      500,
      1000,
      2500,
      4500,
      6500,
    ]
  `);
});

it("is as generous again after a quiet time, and not more", () => {
  const [, , , last = 0, after = 0, late = 0] = begin([
    [0, 600],
    [0, 600],
    [0, 600],
    [3_600_000, 600],
    [0, 600],
    [0, 600],
  ]);
  expect(after - last).toBe(600);
  expect(late - after).toBeGreaterThan(600);
});

it("lets short passes be made at once", () => {
  const starts = begin(Array.from({ length: 50 }, () => [100, 10] as const));
  expect(starts.at(-1)).toBe(50 * 100 + 49 * 10);
});

it("spends no more in any time than the burst, the share and one pass more", () => {
  const pass = fc.tuple(fc.nat(500), fc.nat(400));
  fc.assert(
    fc.property(fc.array(pass, { maxLength: 60 }), (passes) => {
      const starts = begin(passes);
      for (const [first, from] of starts.entries())
        for (const [last, to] of starts.entries()) {
          if (last < first) continue;
          const spent = passes.slice(first, last).reduce((sum, [, tookMs]) => sum + tookMs, 0);
          expect(spent).toBeLessThanOrEqual(BUDGET.burstMs + (to - from) * BUDGET.share + 400 + 1);
        }
    }),
  );
});

it("never makes one wait for longer when the clock is set back", () => {
  const [, , last = 0] = begin([
    [0, 900],
    [0, 900],
    [-3_600_000, 900],
  ]);
  expect(last).toBeLessThan(-3_600_000 + 1_800 + 4_000);
});
