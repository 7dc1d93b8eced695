import fc from "fast-check";
import { expect, it } from "vitest";
import { grantedTo, Rig } from "./builders.js";

/** Makes one engine free and says who of them got it. */
function serveOne(rig: Rig, asked: ReturnType<Rig["ask"]>[]): number {
  const before = asked.map(grantedTo);
  const id = `e${rig.core.engines().length + 1}`;
  rig.ready(id);
  return asked.findIndex((one, index) => before[index] === undefined && grantedTo(one) === id);
}

it("serves within a priority by arrival, and higher priorities first", () => {
  const rig = new Rig();
  const asked = [0, 0, 5, 0, 5].map((priority) => rig.ask({ priority }));
  expect(asked.map(() => serveOne(rig, asked))).toEqual([2, 4, 0, 1, 3]);
});

it("lets a waiter overtake only those who have waited for less than 10 s a priority between them", () => {
  const rig = new Rig();
  const low = rig.ask({ priority: 0, waitMs: 1e6 });
  rig.pass(19_999);
  const soon = rig.ask({ priority: 2, waitMs: 1e6 });
  rig.pass(2);
  const late = rig.ask({ priority: 2, waitMs: 1e6 });
  const asked = [low, soon, late];
  expect(asked.map(() => serveOne(rig, asked))).toEqual([1, 0, 2]);
});

it("bounds how long anyone can be overtaken, whatever priorities come", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, queue: 1_000 } };
  const low = rig.ask({ priority: Number.NEGATIVE_INFINITY, waitMs: 1e9 });
  rig.pass(200 * 10_000);
  const high = rig.ask({ priority: Number.POSITIVE_INFINITY, waitMs: 1e9 });
  expect(serveOne(rig, [low, high])).toBe(0);
});

it("tells each waiter its place when it changes", () => {
  const rig = new Rig();
  const [a, b, c] = [rig.ask(), rig.ask(), rig.ask()];
  const first = rig.ask({ priority: 1 });
  rig.core.leave(b?.ticket ?? 0, rig.nowMs);
  // Not with every step: thousands may wait.
  expect(c?.places).toEqual([3, 4]);
  rig.pass(250);
  expect([a, b, c, first].map((one) => one?.places)).toEqual([[1, 2], [2, 3], [3, 4, 3], [1]]);
});

it("refuses whoever comes to a full queue, at once", () => {
  const rig = new Rig();
  rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, queue: 2 } };
  rig.ask();
  rig.ask();
  expect(rig.ask().settled).toMatchObject({
    code: "queue-full",
    why: "2 wait already, and no more than 2 may",
  });
});

it("refuses a waiter when its own time is over, and says what it waited for", () => {
  const rig = new Rig().ready("e1");
  rig.lease();
  const [short, long] = [rig.ask({ waitMs: 1_000 }), rig.ask({ waitMs: 9_000 })];
  expect(rig.core.nextDeadlineMs(rig.nowMs)).toBe(rig.nowMs + 1_000);
  rig.pass(1_000);
  expect(short.settled).toMatchObject({
    code: "no-engine",
    why: "no engine is ready: 1 in use, 1 waiting before; waited for 1 s",
  });
  expect(long.settled).toBeUndefined();
});

it("lets nobody overtake the queue when an engine comes free", () => {
  const rig = new Rig().ready("e1");
  const held = rig.lease();
  const waiter = rig.ask();
  rig.release(held.id);
  rig.reset("e1");
  expect([grantedTo(waiter), grantedTo(rig.ask({ waitMs: 0 }))]).toEqual(["e1", "no-engine"]);
  expect(rig.told("lease-granted").at(-1)).toMatchObject({ missReason: "no engine is ready: 1 in use" });
});

it("serves a waiter before whoever asks just as the file has made an engine servable", () => {
  const rig = new Rig({ allowStale: false }).ready("e1");
  rig.core.setStale(new Set(["e1"]), rig.nowMs);
  const waiter = rig.ask();
  rig.policy = { ...rig.policy, allowStale: true };
  expect([grantedTo(rig.ask({ waitMs: 0 })), grantedTo(waiter)]).toEqual(["no-engine", "e1"]);
});

it("estimates a wait from how long leases and resets take, and says nothing before it knows", () => {
  const rig = new Rig().ready("e1");
  const estimates: (number | undefined)[] = [];
  const wait = () =>
    rig.core.acquire(
      { holder: "h", priority: 0, deadlineMs: 1e9 },
      rig.nowMs,
      () => undefined,
      (place) => estimates.push(place.estimateMs),
    ).ticket;
  const first = rig.lease();
  rig.core.leave(wait(), rig.nowMs);
  rig.nowMs += 10_000;
  rig.release(first.id);
  rig.nowMs += 2_000;
  rig.reset("e1");
  rig.policy = { ...rig.policy, size: { min: 1, max: 1, spare: 0 } };
  rig.lease();
  rig.nowMs += 4_000;
  wait();
  wait();
  expect(estimates).toEqual([0, 8_000, 20_000]);
});

it("refuses all who wait when it is told to", () => {
  const rig = new Rig();
  const asked = [rig.ask(), rig.ask()];
  rig.core.refuseAll("warm is being stopped", rig.nowMs);
  expect(asked.map(({ settled }) => settled)).toMatchObject([
    { why: "warm is being stopped" },
    { code: "no-engine" },
  ]);
});

it("serves in one order whichever way the same waiters are looked at: by arrival, lifted by priority", () => {
  const arrivals = fc.array(fc.record({ priority: fc.integer({ min: -5, max: 5 }), gapMs: fc.nat(30_000) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(arrivals, (all) => {
      const rig = new Rig();
      rig.policy = { ...rig.policy, lease: { ...rig.policy.lease, queue: 100 } };
      const asked = all.map(({ priority, gapMs }) => {
        rig.nowMs += gapMs;
        return { atMs: rig.nowMs, priority, ...{ one: rig.ask({ priority, waitMs: 1e9 }) } };
      });
      const served = asked.map(() =>
        serveOne(
          rig,
          asked.map(({ one }) => one),
        ),
      );
      const wanted = [...asked.keys()].sort((a, b) => {
        const rank = (index: number) => (asked[index]?.atMs ?? 0) - (asked[index]?.priority ?? 0) * 10_000;
        return rank(a) - rank(b) || a - b;
      });
      expect(served).toEqual(wanted);
    }),
    { numRuns: 200 },
  );
});
