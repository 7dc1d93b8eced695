import { expect, it } from "vitest";
import { createPhaseClock } from "../../src/jobs/phase-clock.js";
import { createBudgetShares } from "../../src/jobs/run/budget-shares.js";

it("each phase has its time, and a further try forgets what the one before spent", () => {
  let now = 1_000;
  const clock = createPhaseClock(() => now);
  const spend = (phase: Parameters<typeof clock.enter>[0], ms: number) => {
    clock.enter(phase);
    now += ms;
  };
  now += 5;
  spend("leasing", 10);
  spend("loading", 100);
  spend("generating", 1_000);
  spend("leasing", 20);
  spend("loading", 200);
  spend("generating", 2_000);
  spend("exporting", 30);
  spend("processing", 40);
  clock.stop();
  now += 500;
  expect(clock.timings()).toEqual({
    queuedMs: 5,
    leasingMs: 20,
    loadingMs: 200,
    generatingMs: 2_000,
    exportingMs: 30,
    processingMs: 40,
    totalMs: 3_405,
  });
});

it("parts share a budget, and what a failed try took is free again", () => {
  const share = createBudgetShares(100);
  const [one, two] = [share(), share()];
  one.takenBytes += 30;
  two.takenBytes += 50;
  expect([one.takenBytes, two.takenBytes]).toEqual([80, 80]);
  one.giveBack();
  expect(two.takenBytes).toBe(50);
  one.takenBytes += 10;
  two.giveBack();
  expect(one.takenBytes).toBe(10);
});
