import { expect, it } from "vitest";
import { ENGINE_STATES, type EngineState, HISTORY_LENGTH, TRANSITIONS } from "../../src/model/engine.js";
import { EngineRoster } from "../../src/pool/core/engine-roster.js";
import { grantedTo, Rig } from "./builders.js";

const settings = {
  pool: "p",
  wallMs: () => 0,
  record: () => undefined,
} as unknown as ConstructorParameters<typeof EngineRoster>[0];

it.each(ENGINE_STATES)("lets an engine that is %s become what the table says and nothing else", (from) => {
  const allowed = ENGINE_STATES.filter((to) => {
    const roster = new EngineRoster(settings, () => undefined);
    const engine = roster.restore(
      { containerId: "e", slot: 1, state: from, jobs: 0, due: undefined, history: [] },
      0,
    );
    try {
      roster.move(engine, to, "test", 1);
    } catch (error) {
      expect(String(error)).toContain(`an engine that is ${from} cannot become ${to}`);
      expect(roster.counts[from]).toBe(1);
      return false;
    }
    expect([roster.counts[to], Object.values(roster.counts).reduce((a, b) => a + b)]).toEqual([1, 1]);
    return true;
  });
  expect(allowed.toSorted()).toEqual(TRANSITIONS[from].toSorted());
});

it("goes from starting through a job, its reset and the proof back to ready, and remembers each step", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease({ holder: "ci-17" }).id);
  rig.reset("e1");
  const [engine] = rig.core.view(rig.nowMs, () => "cyan-engine-p-1").engines;
  expect(engine?.history.map(({ from, to, reason }) => `${from} -> ${to}: ${reason}`)).toMatchInlineSnapshot(`
    [
      "undefined -> starting: begun",
      "starting -> ready: ready check passed",
      "ready -> leased: leased to ci-17",
      "leased -> resetting: released by ci-17",
      "resetting -> verifying: its reset steps are done",
      "verifying -> ready: its reset is proven",
    ]
  `);
});

it("remembers the last fifty steps", () => {
  const rig = new Rig().ready("e1");
  for (let count = 0; count < 20; count += 1) {
    rig.release(rig.lease().id);
    rig.reset("e1");
  }
  expect(rig.core.view(rig.nowMs, String).engines[0]?.history).toHaveLength(HISTORY_LENGTH);
});

it("throws on news that an engine's state forbids, and changes nothing", () => {
  const rig = new Rig().ready("e1");
  expect(() => rig.core.resetDone("e1", rig.nowMs)).toThrow("an engine that is ready cannot be told reset");
  expect(() => rig.core.verified("e1", rig.nowMs)).toThrow("cannot be told verified");
  expect(() => rig.core.quarantined("e1", "x", rig.nowMs)).toThrow("cannot be told quarantined");
  rig.lease();
  expect(() => rig.core.ready("e1", rig.nowMs, "x")).toThrow("an engine that is leased cannot be told ready");
  expect(rig.state("e1")).toBe("leased");
});

it("drops news of an engine that is gone or being removed", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease().id);
  rig.core.retire("e1", rig.nowMs, () => undefined);
  rig.core.resetDone("e1", rig.nowMs);
  rig.core.quarantined("e1", "its container is being removed", rig.nowMs);
  rig.core.failed("e1", "its container ended", rig.nowMs);
  expect(rig.state("e1")).toBe("draining");
  rig.core.gone("e1", rig.nowMs, "removed");
  rig.core.verified("e1", rig.nowMs);
  expect(rig.state("e1")).toBeUndefined();
});

const INTO: Readonly<Record<EngineState, (rig: Rig) => void>> = {
  starting: (rig) => rig.core.begun("e1", 1, rig.nowMs),
  ready: (rig) => void rig.ready("e1"),
  leased: (rig) => void rig.ready("e1").lease(),
  resetting: (rig) => void rig.release(rig.ready("e1").lease().id),
  verifying: (rig) => {
    rig.release(rig.ready("e1").lease().id);
    rig.core.resetDone("e1", rig.nowMs);
  },
  quarantined: (rig) => {
    rig.release(rig.ready("e1").lease().id);
    rig.core.quarantined("e1", "its reset hung", rig.nowMs);
  },
  error: (rig) => rig.core.failed(rig.ready("e1") && "e1", "its container ended", rig.nowMs),
  draining: (rig) => void rig.release(rig.ready("e1").lease().id, "dirty"),
};

it.each(ENGINE_STATES.filter((state) => state !== "leased"))(
  "takes an engine that is %s away at once",
  (state) => {
    const rig = new Rig();
    INTO[state](rig);
    const answers: boolean[] = [];
    rig.core.retire("e1", rig.nowMs, (isTaken) => answers.push(isTaken));
    expect([rig.state("e1"), answers]).toEqual(["draining", [true]]);
  },
);

it.each([
  ["released", (rig: Rig, id: string) => void rig.release(id)],
  ["expired", (rig: Rig) => rig.pass(60_000)],
] as const)("takes a leased engine away when its lease is %s, without a reset", (_, end) => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease();
  const answers: boolean[] = [];
  rig.core.retire("e1", rig.nowMs, (isTaken) => answers.push(isTaken));
  expect(answers).toEqual([]);
  end(rig, lease.id);
  expect([rig.state("e1"), answers]).toEqual(["draining", [true]]);
});

it("lets an engine that was to be taken away serve on when that is called off", () => {
  const rig = new Rig().ready("e1");
  const lease = rig.lease();
  const answers: boolean[] = [];
  const cancel = rig.core.retire("e1", rig.nowMs, (isTaken) => answers.push(isTaken));
  cancel();
  cancel();
  expect(answers).toEqual([false]);
  expect(rig.release(lease.id)).toMatchObject({ next: "reset" });
});

it("takes an engine away that was given back unused while somebody waited to take it", () => {
  const rig = new Rig().ready("e1");
  const { settled } = rig.ask();
  if (settled?.kind !== "granted") throw new Error("not granted");
  const answers: boolean[] = [];
  rig.core.retire("e1", rig.nowMs, (isTaken) => answers.push(isTaken));
  rig.core.giveBack(settled.lease.id, rig.nowMs);
  expect([rig.state("e1"), answers]).toEqual(["draining", [true]]);
});

it("does not hand out an engine that is due because it failed, but one that is due for another reason", () => {
  const rig = new Rig().ready("e1");
  rig.core.setDue("e1", "failed", rig.nowMs);
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("no-engine");
  rig.core.setDue("e1", "requested", rig.nowMs);
  expect(grantedTo(rig.ask({ waitMs: 0 }))).toBe("e1");
});

it("removes an engine that became due while it was reset", () => {
  const rig = new Rig().ready("e1");
  rig.release(rig.lease().id);
  rig.core.setDue("e1", "recycle-memory", rig.nowMs);
  rig.reset("e1");
  expect(rig.core.demand(rig.nowMs).engines.get("e1")).toMatchObject({
    state: "draining",
    due: "recycle-memory",
  });
});

it("prefers fresh engines to stale ones, then the one that was ready last, and frozen ones after those", () => {
  const rig = new Rig().ready("e1", "e2", "e3", "e4", "e5", "e6");
  rig.core.setStale(new Set(["e6"]), rig.nowMs);
  rig.core.setFrozen("e5", true);
  rig.core.setDue("e4", "requested", rig.nowMs);
  expect([1, 2, 3, 4, 5, 6].map(() => rig.lease().containerId)).toEqual(["e3", "e2", "e1", "e5", "e4", "e6"]);
});

it("keeps stale engines from whoever asks where the file says so, however long they wait", () => {
  const rig = new Rig({ allowStale: false }).ready("e1");
  rig.core.setStale(new Set(["e1"]), rig.nowMs);
  const asked = rig.ask();
  expect(rig.core.view(rig.nowMs, String).rollout).toEqual({ stale: 1, pausedBecause: undefined });
  rig.pass(59_999);
  expect(grantedTo(asked)).toBeUndefined();
});

it("keeps a quarantined engine for its time, and the newest of more than it may keep", () => {
  const rig = new Rig().ready("e1", "e2", "e3");
  for (const id of [rig.lease(), rig.lease(), rig.lease()].map((lease) => {
    rig.release(lease.id);
    return lease.containerId;
  })) {
    rig.nowMs += 1_000;
    rig.core.quarantined(id, "verify found a file", rig.nowMs);
  }
  const due = () =>
    ["e1", "e2", "e3"].filter((id) => rig.core.demand(rig.nowMs).engines.get(id)?.due === "expired");
  expect(due()).toEqual(["e3"]);
  rig.pass(3_600_000 - 1_000);
  expect(due()).toEqual(["e2", "e3"]);
  rig.pass(1_000);
  expect(due()).toEqual(["e1", "e2", "e3"]);
});

it("tells how long an engine has been ready", () => {
  const rig = new Rig().ready("e1");
  expect(rig.core.idleSinceMs("e1")).toBe(1_000);
  rig.lease();
  expect([rig.core.idleSinceMs("e1"), rig.core.idleSinceMs("e9")]).toEqual([undefined, undefined]);
});

it("asks for a plan when an engine is due, fails or goes, and once its last job has begun", () => {
  const rig = new Rig({ maxJobs: 1, size: { min: 2, max: 2, spare: 0 } }).ready("e1", "e2");
  const asks = (step: () => void) => {
    const before = rig.demands;
    step();
    return rig.demands - before;
  };
  expect(asks(() => rig.lease())).toBe(1);
  expect(asks(() => rig.core.setDue("e1", "requested", rig.nowMs))).toBe(1);
  expect(asks(() => rig.core.failed("e1", "x", rig.nowMs))).toBe(1);
  expect(asks(() => rig.core.gone("e1", rig.nowMs, "x"))).toBe(1);
  expect(asks(() => rig.pass(1))).toBe(0);
});
