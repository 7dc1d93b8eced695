import { expect, it } from "vitest";
import { grantedTo, Rig } from "./builders.js";

it("has after a restart the engines, jobs, histories and leases that it had", () => {
  const rig = new Rig().ready("e1", "e2", "e3");
  rig.release(rig.lease().id);
  rig.reset("e3");
  const lease = rig.lease({ key: "k", holder: "ci-17" });
  rig.core.setDue("e1", "requested", rig.nowMs);
  const before = rig.core.view(rig.nowMs, String);
  for (const records of [rig.records, rig.core.snapshot()]) {
    rig.restart(records);
    expect(rig.core.view(rig.nowMs, String)).toEqual(before);
    expect(rig.lease({ key: "k" }).id).toBe(lease.id);
  }
});

it("gives each lease a whole ttl after a restart, however long that took and wherever the clock was put", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ ttlMs: 10_000 });
  for (const jumpMs of [3_600_000, -7_200_000]) {
    rig.nowMs += jumpMs;
    rig.restart();
    expect(rig.core.lease(lease.id)?.expiresAtMs).toBe(rig.nowMs + 10_000);
    expect(rig.core.lease(lease.id)?.sinceMs).toBeLessThanOrEqual(rig.nowMs);
  }
});

it("does not trust an engine that was being reset or proven: it is reset again before it is handed out", () => {
  const rig = new Rig().ready("e1", "e2");
  const [first, second] = [rig.lease(), rig.lease()];
  rig.release(first.id);
  rig.release(second.id);
  rig.core.resetDone(first.containerId, rig.nowMs);
  rig.restart();
  expect([rig.state("e1"), rig.state("e2")]).toEqual(["resetting", "resetting"]);
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("no-engine");
  rig.reset("e1");
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("e1");
});

it("leaves an engine that was starting to be checked", () => {
  const rig = new Rig();
  rig.core.begun("e1", 1, rig.nowMs);
  rig.restart();
  expect(rig.state("e1")).toBe("starting");
  rig.core.ready("e1", rig.nowMs, "found running; its ready check passed");
  expect(rig.state("e1")).toBe("ready");
});

it("serves no engine as clean that a torn journal leaves in doubt, wherever it was cut", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease({ key: "k" }).id);
  rig.reset("e1");
  const all = [...rig.records];
  const states = all.map((_, count) => {
    rig.restart(all.slice(0, count + 1));
    const leases = rig.core.leases();
    expect(leases.length).toBe(rig.state("e1") === "leased" ? 1 : 0);
    return rig.state("e1");
  });
  expect(states).toMatchInlineSnapshot(`
    [
      "starting",
      "ready",
      "resetting",
      "leased",
      "resetting",
      "resetting",
      "resetting",
      "ready",
    ]
  `);
});

it("refuses the key of a lease that was over before the restart, and knows its id", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease({ key: "k" });
  rig.release(lease.id);
  rig.nowMs += 60_000;
  rig.restart(rig.core.snapshot());
  expect(grantedTo(rig.ask({ key: "k" }))).toBe("lease-ended");
  expect(rig.release(lease.id)).toEqual({ kind: "ended", why: "it was released" });
  rig.pass(540_000);
  expect(grantedTo(rig.ask({ key: "k", waitMs: 0 }))).toBe("no-engine");
});

it("keeps a quarantined engine for what is left of its time", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease().id);
  rig.core.quarantined("e1", "verify found a file", rig.nowMs);
  rig.nowMs += 3_000_000;
  rig.restart();
  rig.pass(599_999);
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.due).toBeUndefined();
  rig.pass(1);
  expect(rig.core.demand(rig.nowMs).engines.get("e1")?.due).toBe("expired");
});

it("forgets engines that are gone, and leaves those of other pools alone", () => {
  const rig = new Rig().ready("e1");
  rig.core.gone("e1", rig.nowMs, "removed");
  const other = { k: "engine", pool: "q", containerId: "x", slot: 1, state: "ready", jobs: 0 } as const;
  rig.restart([...rig.records, other]);
  expect(rig.core.engines()).toEqual([]);
});
