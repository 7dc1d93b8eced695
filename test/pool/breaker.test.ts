import { expect, it } from "vitest";
import { Rig } from "./builders.js";

const MINUTES_MS = 60_000;
const fixed = { size: { min: 2, max: 2, spare: 0 } };

function failStarts(rig: Rig, ...ids: string[]): void {
  for (const id of ids) {
    rig.core.begun(id, Number(id.slice(1)), rig.nowMs);
    rig.core.failed(id, "the log said nothing for 120s", rig.nowMs);
  }
}

it("opens after so many failed starts in a row, with the reason, and asks for no more than lives", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2");
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([false, 2]);
  failStarts(rig, "e3");
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([true, 0]);
  const { breaker, decision } = rig.core.view(rig.nowMs, String);
  expect(breaker?.reason).toBe("engine.p/3: the log said nothing for 120s");
  expect(decision).toBe("fixed at 2, the breaker is open: no more than the 0 that live");
});

it("starts to count anew with each engine that becomes ready", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2");
  rig.ready("e3");
  failStarts(rig, "e4", "e5");
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(false);
});

it("does not count an engine that fails after it has served", () => {
  const rig = new Rig(fixed).ready("e1", "e2", "e3");
  rig.nowMs += 10_000;
  for (const id of ["e1", "e2", "e3"]) rig.core.failed(id, "its container ended", rig.nowMs);
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(false);
});

it.each(["failed", "gone"] as const)(
  "counts an engine that is %s right after it was ready: a crash loop",
  (end) => {
    const rig = new Rig(fixed);
    for (const id of ["e1", "e2", "e3"]) {
      rig.ready(id);
      rig.nowMs += 9_999;
      if (end === "failed") rig.core.failed(id, "its container ended", rig.nowMs);
      else rig.core.gone(id, rig.nowMs, "its container is gone");
    }
    expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(true);
  },
);

it("lets one engine through after five minutes, and closes when that is ready", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2", "e3");
  rig.pass(5 * MINUTES_MS - 1);
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([true, 0]);
  expect(rig.core.nextDeadlineMs(rig.nowMs)).toBe(rig.nowMs + 1);
  rig.pass(1);
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([false, 1]);
  rig.core.begun("e4", 4, rig.nowMs);
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([true, 1]);
  rig.core.ready("e4", rig.nowMs, "ready check passed");
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([false, 2]);
  expect(rig.told("breaker-closed")).toHaveLength(1);
});

it("waits for five minutes more when the one that was let through fails", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2", "e3");
  rig.pass(5 * MINUTES_MS);
  failStarts(rig, "e4");
  rig.pass(5 * MINUTES_MS - 1);
  expect(rig.target).toBe(0);
  rig.pass(1);
  expect(rig.target).toBe(1);
});

it("opens again when the one that closed it crashes at once", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2", "e3");
  rig.pass(5 * MINUTES_MS);
  rig.ready("e4");
  rig.nowMs += 1_000;
  rig.core.failed("e4", "its container ended", rig.nowMs);
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(true);
});

it("tries another one when the one that was let through was taken away", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2", "e3");
  rig.pass(5 * MINUTES_MS);
  rig.core.begun("e4", 4, rig.nowMs);
  rig.core.gone("e4", rig.nowMs, "interrupted");
  expect(rig.target).toBe(1);
});

it("is closed by hand", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2", "e3");
  rig.core.resetBreaker("asked for", rig.nowMs);
  expect([rig.core.isBreakerOpen(rig.nowMs), rig.target]).toEqual([false, 2]);
  failStarts(rig, "e4", "e5");
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(false);
});

it("is as it was after a restart, failures in a row and all", () => {
  const rig = new Rig(fixed);
  failStarts(rig, "e1", "e2");
  rig.restart();
  failStarts(rig, "e3");
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(true);
  rig.nowMs += 2 * MINUTES_MS;
  rig.restart(rig.core.snapshot());
  rig.pass(3 * MINUTES_MS - 1);
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(true);
  rig.pass(1);
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(false);
});

it("takes engines that die together for one failure: Docker was restarted", () => {
  const rig = new Rig({ breaker: { failures: 3 } }).ready("e1", "e2", "e3");
  for (const id of ["e1", "e2", "e3"]) rig.core.failed(id, "its container ended", rig.nowMs);
  expect(rig.core.isBreakerOpen(rig.nowMs)).toBe(false);
});
