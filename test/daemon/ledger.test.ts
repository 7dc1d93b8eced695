import { describe, expect, it } from "vitest";
import type { Change } from "../../src/model/plan.js";
import { buildChange, buildLedger, missing, stopped } from "./builders.js";

const X = "container.x";
const NOBODY: ReadonlySet<string> = new Set();
const inSync = buildChange();
const unhealthy = { code: "unhealthy", message: "it never answered" };

describe("what failed", () => {
  it("is left alone until its time, longer each time", () => {
    const ledger = buildLedger();
    ledger.see([stopped()], NOBODY, 0);
    expect(ledger.holdOf(stopped(), 0)).toBeUndefined();
    expect(ledger.failed(X, unhealthy, 0)).toEqual({ failures: 1, delayMs: 1_000 });
    expect(ledger.holdOf(stopped(), 999)).toBe("backing-off");
    expect(ledger.holdOf(stopped(), 1_000)).toBeUndefined();
    expect(ledger.failed(X, unhealthy, 1_000)).toEqual({ failures: 2, delayMs: 2_000 });
    expect(ledger.holdOf(stopped(), 2_999)).toBe("backing-off");
  });

  it("is forgotten when it succeeds", () => {
    const ledger = buildLedger();
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    ledger.failed(X, unhealthy, 1_000);
    ledger.done(X, false, 3_000);
    expect(ledger.errorOf(X)).toBeUndefined();
    expect(ledger.failed(X, unhealthy, 4_000)).toMatchObject({ failures: 1, delayMs: 1_000 });
  });

  it("is forgotten when it is as it should be by itself", () => {
    const ledger = buildLedger();
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    ledger.see([inSync], NOBODY, 100);
    ledger.see([stopped()], NOBODY, 200);
    expect(ledger.holdOf(stopped(), 200)).toBeUndefined();
  });

  it("is forgotten with a new spec", () => {
    let key = "first";
    const ledger = buildLedger({ keyOf: () => key });
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    key = "second";
    ledger.see([stopped()], NOBODY, 100);
    expect(ledger.holdOf(stopped(), 100)).toBeUndefined();
    expect(ledger.errorOf(X)).toBeUndefined();
  });

  it("is tried anew after a resume", () => {
    const ledger = buildLedger();
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    ledger.resume();
    expect(ledger.holdOf(stopped(), 1)).toBeUndefined();
  });

  it("wakes the watcher when its time has come, and only while it is held for that", () => {
    const ledger = buildLedger();
    expect(ledger.nextTryMs()).toBe(Number.POSITIVE_INFINITY);
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    ledger.noteHold(X, "backing-off");
    expect(ledger.nextTryMs()).toBe(1_000);
    ledger.noteHold(X, "paused");
    expect(ledger.nextTryMs()).toBe(Number.POSITIVE_INFINITY);
  });
});

describe("what was healed too often", () => {
  function healed(times: readonly number[]) {
    const ledger = buildLedger();
    ledger.see([inSync], NOBODY, 0);
    for (const atMs of times) {
      ledger.see([stopped()], NOBODY, atMs);
      ledger.done(X, true, atMs);
      ledger.see([inSync], NOBODY, atMs);
    }
    return ledger;
  }
  const see = (ledger: ReturnType<typeof healed>, change: Change, atMs: number) => {
    ledger.see([change], NOBODY, atMs);
    return ledger.holdOf(change, atMs);
  };

  it("is flapping, for as long as nothing changes", () => {
    const ledger = healed([1_000, 2_000]);
    expect(see(ledger, stopped(), 3_000)).toBe("flapping");
    expect(see(ledger, stopped(), 3_600_000)).toBe("flapping");
  });

  it("is not when the heals are too long ago", () => {
    expect(see(healed([1_000, 2_000]), stopped(), 61_001)).toBeUndefined();
    expect(see(healed([1_000]), stopped(), 3_000)).toBeUndefined();
  });

  it("is not for what the file newly wants", () => {
    const change = buildChange({ action: "replace", reasons: ["image-moved"] });
    expect(see(healed([1_000, 2_000]), change, 3_000)).toBeUndefined();
  });

  it("is healed again after a resume, as often as before", () => {
    const ledger = healed([1_000, 2_000]);
    expect(see(ledger, stopped(), 3_000)).toBe("flapping");
    ledger.resume();
    expect(see(ledger, stopped(), 3_000)).toBeUndefined();
    ledger.done(X, true, 3_000);
    expect(see(ledger, stopped(), 4_000)).toBeUndefined();
  });

  it("is itself again when somebody else has mended it and the time is over", () => {
    const ledger = healed([1_000, 2_000]);
    expect(see(ledger, stopped(), 3_000)).toBe("flapping");
    ledger.see([inSync], NOBODY, 30_000);
    expect(ledger.isFlapping(X)).toBe(true);
    ledger.see([inSync], NOBODY, 70_000);
    expect(ledger.isFlapping(X)).toBe(false);
    expect(see(ledger, stopped(), 71_000)).toBeUndefined();
  });
});

describe("what moved", () => {
  it("is told once, not again while it stays so", () => {
    const ledger = buildLedger();
    expect(ledger.see([inSync], NOBODY, 0)).toMatchObject([{ from: undefined, to: "in-sync" }]);
    expect(ledger.see([stopped()], NOBODY, 1)).toMatchObject([
      { from: "in-sync", to: "out-of-sync", isDrift: true },
    ]);
    expect(ledger.see([stopped()], NOBODY, 2)).toEqual([]);
    expect(ledger.see([inSync], NOBODY, 3)).toMatchObject([{ from: "out-of-sync", to: "in-sync" }]);
  });

  it("means nothing while it is worked on", () => {
    const ledger = buildLedger();
    ledger.see([inSync], NOBODY, 0);
    expect(ledger.see([stopped()], new Set([X]), 1)).toEqual([]);
  });

  it("is no drift when it was never there, and is when it was", () => {
    const ledger = buildLedger();
    ledger.see([missing()], NOBODY, 0);
    expect(ledger.isDrift(missing())).toBe(false);
    ledger.done(X, false, 1);
    expect(ledger.isDrift(missing())).toBe(true);
  });

  it("is no drift where the file asks for it", () => {
    const ledger = buildLedger();
    ledger.see([inSync], NOBODY, 0);
    for (const reason of ["orphaned", "expired", "image-moved", "seed-changed"] as const)
      expect(ledger.isDrift(buildChange({ action: "delete", reasons: [reason] })), reason).toBe(false);
  });

  it("is no drift under a new spec, and nothing but drift under one that was met", () => {
    let key = "old";
    const ledger = buildLedger({ keyOf: () => key });
    const changed = buildChange({ action: "update", reasons: ["config-changed"] });
    ledger.see([inSync], NOBODY, 0);
    // A label that was made before a change in place takes the world's doing for the file's.
    expect(ledger.isDrift(changed)).toBe(true);
    key = "new";
    ledger.see([changed], NOBODY, 1);
    expect(ledger.isDrift(changed)).toBe(false);
  });

  it("is forgotten when no plan speaks of it any more", () => {
    const ledger = buildLedger();
    ledger.see([stopped()], NOBODY, 0);
    ledger.failed(X, unhealthy, 0);
    ledger.see([], NOBODY, 1);
    expect(ledger.toJson()).toEqual({});
  });
});
