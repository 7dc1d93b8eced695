import { expect, it } from "vitest";
import { viewLease } from "../../src/pool/core/lease.js";
import { grantedTo, Rig, WALL_MS } from "./builders.js";

it("hands out an engine only once it has passed its ready check", () => {
  const rig = new Rig();
  rig.core.begun("e1", 1, rig.nowMs);
  expect(rig.ask({ waitMs: 0 }).settled).toMatchInlineSnapshot(`
    {
      "code": "no-engine",
      "kind": "refused",
      "retryAfterMs": 5000,
      "why": "no engine is ready: 1 starting",
    }
  `);
  rig.core.ready("e1", rig.nowMs, "ready check passed");
  expect(rig.lease().containerId).toBe("e1");
});

it("records the lease before its engine, and both before the asker is told", () => {
  const rig = new Rig().ready("e1");
  rig.records.length = 0;
  let seen: unknown[] = [];
  rig.core.acquire({ holder: "ci-17", priority: 0, deadlineMs: 0 }, rig.nowMs, () => {
    seen = rig.records.map(({ k }) => k);
  });
  expect(seen).toEqual(["lease", "engine"]);
  expect(rig.records[1]).toMatchObject({ state: "leased", jobs: 1, step: { reason: "leased to ci-17" } });
});

it("gives an engine to one holder, and after its reset to the next", () => {
  const rig = new Rig().ready("e1");
  const first = rig.lease();
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("no-engine");
  expect(rig.release(first.id)).toEqual({ kind: "released", containerId: "e1", next: "reset" });
  expect(rig.state("e1")).toBe("resetting");
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("no-engine");
  rig.reset("e1");
  const second = rig.lease();
  expect([second.containerId, second.fence]).toEqual(["e1", first.fence + 1]);
});

it("expires a lease that is not renewed and recycles its engine, whose state is unknown", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ ttlMs: 5_000 });
  rig.pass(4_999);
  expect(rig.state("e1")).toBe("leased");
  rig.pass(1);
  expect(rig.state("e1")).toBe("draining");
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.due).toBe("failed");
  expect(rig.core.renew(lease.id, lease.fence, undefined, rig.nowMs)).toEqual({
    kind: "ended",
    why: "it expired",
  });
  expect(rig.told("lease-expired")).toHaveLength(1);
});

it("resets the engine of an expired lease where the file says so", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, onExpire: "reset" } };
  rig.ready("e1").lease();
  rig.pass(60_000);
  expect(rig.state("e1")).toBe("resetting");
});

it("is over at its expiry even if nobody has looked at the clock yet", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ ttlMs: 1_000, key: "k" });
  rig.nowMs += 1_000;
  expect(grantedTo(rig.ask({ key: "k" }))).toBe("lease-ended");
  expect(rig.core.release(lease.id, lease.fence, "clean", rig.nowMs)).toEqual({
    kind: "ended",
    why: "it expired",
  });
});

it("renews with the current fence only", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ ttlMs: 1_000 });
  rig.nowMs += 900;
  expect(rig.core.renew(lease.id, lease.fence - 1, undefined, rig.nowMs)).toEqual({
    kind: "stale-fence",
    fence: lease.fence,
  });
  const renewed = rig.core.renew(lease.id, lease.fence, undefined, rig.nowMs);
  expect(renewed).toMatchObject({ kind: "renewed", lease: { expiresAtMs: rig.nowMs + 1_000 } });
  expect(rig.core.renew("nobody's", 1, undefined, rig.nowMs)).toEqual({ kind: "unknown" });
});

it("writes a renewal down only when it changes the ttl, for after a restart a lease runs for a whole ttl anyway", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease();
  rig.records.length = 0;
  rig.core.renew(lease.id, lease.fence, undefined, rig.nowMs + 1);
  expect(rig.records).toEqual([]);
  rig.core.renew(lease.id, lease.fence, 5_000, rig.nowMs + 2);
  expect(rig.records).toMatchObject([{ k: "lease", lease: { id: lease.id, ttlMs: 5_000 } }]);
});

it("lets nobody renew beyond the longest time that a lease may have", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, maxMs: 90_000 } };
  const lease = rig.ready("e1").lease();
  rig.nowMs += 50_000;
  const renew = () => rig.core.renew(lease.id, lease.fence, undefined, rig.nowMs);
  expect(renew()).toMatchObject({ kind: "renewed", lease: { expiresAtMs: lease.sinceMs + 90_000 } });
  expect(renew()).toMatchObject({ kind: "at-maximum", lease: { expiresAtMs: lease.sinceMs + 90_000 } });
  rig.pass(40_000);
  expect(renew()).toEqual({ kind: "ended", why: "it expired" });
});

it("refuses a release by an older fence and lets one without a fence through", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease();
  expect(rig.core.release(lease.id, lease.fence - 1, "clean", rig.nowMs)).toMatchObject({
    kind: "stale-fence",
  });
  expect(rig.release(lease.id).kind).toBe("released");
  expect(rig.release(lease.id)).toEqual({ kind: "ended", why: "it was released" });
  expect(rig.release("nobody's")).toEqual({ kind: "unknown" });
});

it.each([
  ["a dirty job", {}, "dirty", "failed"],
  ["a pool without a reset", { reset: undefined }, "clean", "recycle-jobs"],
  ["as many jobs as it may take", { maxJobs: 1 }, "clean", "recycle-jobs"],
] as const)("does not use an engine again after %s", (_, changes, outcome, due) => {
  const rig = new Rig(changes).ready("e1");
  const lease = rig.lease();
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.isLastJob).toBe(outcome === "clean");
  expect(rig.release(lease.id, outcome)).toMatchObject({ next: "drain" });
  expect(rig.core.demand(rig.nowMs).engines.get("e1")).toMatchObject({ state: "draining", due });
});

it("does not use an engine of an older spec again, unless nothing can take its place", () => {
  const rig = new Rig().ready("e1", "e2");
  rig.core.setStale(new Set(["e1", "e2"]), rig.nowMs);
  expect(rig.release(rig.lease().id)).toMatchObject({ next: "drain" });
  rig.core.setRolloutPaused("no engine was replaced for 10m");
  expect(rig.release(rig.lease().id)).toMatchObject({ next: "reset" });
});

it("ends a lease whose engine fails or is gone, and says why", () => {
  const rig = new Rig().ready("e1", "e2");
  const [second, first] = [rig.lease(), rig.lease()];
  rig.core.failed("e1", "its container ended", rig.nowMs);
  rig.core.gone("e2", rig.nowMs, "its container is gone");
  expect(rig.release(first.id)).toEqual({ kind: "ended", why: "its engine was lost: its container ended" });
  expect(rig.release(second.id)).toEqual({
    kind: "ended",
    why: "its engine was lost: its container is gone",
  });
  expect(rig.told("lease-lost")).toHaveLength(2);
});

it("warns once of a lease that is held for too long, with its holder", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, leakMs: 10_000 } };
  rig.ready("e1").lease({ holder: "alice@laptop" });
  for (let count = 0; count < 3; count += 1) rig.pass(5_000);
  expect(rig.told("lease-leaking")).toMatchObject([{ lease: { holder: "alice@laptop" }, heldMs: 10_000 }]);
});

it("shows a lease by the clock on the wall", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ holder: "ci-17" });
  expect(viewLease(lease, rig.nowMs, WALL_MS + rig.nowMs)).toMatchInlineSnapshot(`
    {
      "engine": "engine.p/1",
      "expiresAt": "2026-03-02T08:01:01.000Z",
      "fence": 1,
      "holder": "ci-17",
      "id": "L1",
      "pool": "p",
      "since": "2026-03-02T08:00:01.000Z",
      "source": "warm",
    }
  `);
});

it("returns an engine that was never told of to the next in the queue, and does not count its job", () => {
  const rig = new Rig().ready("e1");
  const { settled } = rig.ask();
  const next = rig.ask();
  if (settled?.kind !== "granted") throw new Error("not granted");
  rig.core.giveBack(settled.lease.id, rig.nowMs);
  expect(grantedTo(next)).toBe("e1");
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.jobs).toBe(1);
});

it("resets an engine that is given back after something was written into it, and counts its job", () => {
  const rig = new Rig().ready("e1");
  const { settled } = rig.ask();
  if (settled?.kind !== "granted") throw new Error("not granted");
  rig.core.giveBack(settled.lease.id, rig.nowMs, true);
  expect(rig.state("e1")).toBe("resetting");
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.jobs).toBe(1);
});

it("takes back nothing that its holder knows of", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease();
  rig.core.giveBack(lease.id, rig.nowMs);
  expect(rig.state("e1")).toBe("leased");
});

it("gives one who goes while the step that serves it is being told nothing, and its engine to the next", () => {
  const rig = new Rig({ allowStale: false }).ready("e1", "e2");
  rig.core.setStale(new Set(["e1", "e2"]), rig.nowMs);
  const heard: string[] = [];
  let second = 0;
  const wait = (name: string, onHeard: () => void) =>
    rig.core.acquire({ holder: name, priority: 0, deadlineMs: 1e9 }, rig.nowMs, () => {
      heard.push(name);
      onHeard();
    }).ticket;
  wait("a", () => rig.core.leave(second, rig.nowMs));
  second = wait("b", () => undefined);
  const third = rig.ask();
  rig.core.setStale(new Set(), rig.nowMs);
  expect(heard).toEqual(["a"]);
  expect([rig.state("e1"), rig.state("e2"), grantedTo(third)]).toEqual(["leased", "leased", "e1"]);
});
