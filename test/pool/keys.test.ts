import { expect, it } from "vitest";
import { grantedTo, Rig } from "./builders.js";

it("gives the same lease to all who ask with its key while it is held", () => {
  const rig = new Rig().ready("e1", "e2");
  const first = rig.lease({ key: "job-7" });
  const again = rig.lease({ key: "job-7", holder: "another" });
  expect([again.id, again.fence, again.holder]).toEqual([first.id, first.fence, first.holder]);
  expect(rig.core.leases()).toHaveLength(1);
});

it("refuses a key whose lease is over for ten minutes: a late retry must not run its job twice", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease({ key: "k" }).id);
  rig.reset("e1");
  rig.pass(599_999);
  expect(rig.ask({ key: "k" }).settled).toMatchObject({
    code: "lease-ended",
    retryAfterMs: 0,
    why: "the lease of the key `k` is over: it was released",
  });
  rig.pass(1);
  expect(grantedTo(rig.ask({ key: "k" }))).toBe("e1");
});

it("lets those who wait with one key share one place and then one lease", () => {
  const rig = new Rig();
  const [a, b, other] = [rig.ask({ key: "k" }), rig.ask({ key: "k" }), rig.ask()];
  expect(rig.core.view(rig.nowMs, String).queued).toBe(2);
  rig.ready("e1", "e2");
  expect([a, b, other].map(grantedTo)).toEqual(["e1", "e1", "e2"]);
  expect(a.settled).toEqual(b.settled);
});

it("keeps a shared place until the last who stands there has gone", () => {
  const rig = new Rig();
  const [a, b] = [rig.ask({ key: "k" }), rig.ask({ key: "k" })];
  rig.core.leave(a.ticket, rig.nowMs);
  expect(rig.core.view(rig.nowMs, String).queued).toBe(1);
  rig.core.leave(b.ticket, rig.nowMs);
  expect(rig.core.view(rig.nowMs, String).queued).toBe(0);
});

it("gives each who shares a place its own deadline", () => {
  const rig = new Rig();
  const [short, long] = [rig.ask({ key: "k", waitMs: 1_000 }), rig.ask({ key: "k", waitMs: 5_000 })];
  rig.pass(1_000);
  expect([short, long].map(grantedTo)).toEqual(["no-engine", undefined]);
  rig.ready("e1");
  expect(grantedTo(long)).toBe("e1");
});

it("takes a lease back only when all who were given it have given it back", () => {
  const rig = new Rig();
  const [a] = [rig.ask({ key: "k" }), rig.ask({ key: "k" })];
  rig.ready("e1");
  if (a?.settled?.kind !== "granted") throw new Error("not granted");
  const { id } = a.settled.lease;
  rig.core.giveBack(id, rig.nowMs);
  expect(rig.state("e1")).toBe("leased");
  rig.core.giveBack(id, rig.nowMs);
  expect(rig.state("e1")).toBe("ready");
});

it("frees the key of a lease that nobody was told of", () => {
  const rig = new Rig().ready("e1");
  const { settled } = rig.ask({ key: "k" });
  if (settled?.kind !== "granted") throw new Error("not granted");
  rig.core.giveBack(settled.lease.id, rig.nowMs);
  expect(grantedTo(rig.ask({ key: "k" }))).toBe("e1");
});
