import { beforeEach, describe, expect, it } from "vitest";
import type { PassResult } from "../../../src/daemon/pass/run-pass.js";
import {
  createSettleWaits,
  type SeenPass,
  type SettleWaits,
} from "../../../src/daemon/requests/settle-waits.js";
import type { Ledger } from "../../../src/daemon/state/ledger.js";
import { WarmError } from "../../../src/errors.js";
import type { Hold } from "../../../src/model/daemon-status.js";
import type { Change } from "../../../src/model/plan.js";
import { buildChange, buildLedger, buildPlan, missing } from "../builders.js";

let nowMs: number;
let working: Set<string>;
let ledger: Ledger;
let waits: SettleWaits;
let seen: string[];
beforeEach(() => {
  nowMs = Date.parse("2026-03-01T12:00:00Z");
  working = new Set();
  ledger = buildLedger();
  waits = createSettleWaits({ ledger, inFlight: () => working, now: () => nowMs });
  seen = [];
});

const NEVER = new AbortController().signal;
const WANTED = new Set(["container.x"]);

/** Begins to wait for version 5; what comes of it is written down. */
function wait(cancel = NEVER): void {
  waits.until(WANTED, 5, cancel).then(
    () => seen.push("settled"),
    (error: WarmError) => seen.push(`${error.code}: ${error.message}`),
  );
}

function buildPass(
  change: Change,
  parts: { version?: number; startedAtMs?: number; hold?: Hold } = {},
): SeenPass {
  const held = new Map(parts.hold === undefined ? [] : [[change.address, parts.hold]]);
  const result = { plan: buildPlan([change, missing("container.other")]), held } as unknown as PassResult;
  return { result, version: parts.version ?? 5, startedAtMs: parts.startedAtMs ?? nowMs };
}

async function see(...pass: Parameters<typeof buildPass>): Promise<string[]> {
  waits.see(buildPass(...pass));
  await new Promise((resolve) => setImmediate(resolve));
  return seen;
}

describe("who waits for what was asked for", () => {
  it("is answered by a pass that finds it in place, whatever else there is to do", async () => {
    wait();
    expect(await see(missing())).toEqual([]);
    expect(await see(buildChange())).toEqual(["settled"]);
  });

  it("is not answered by a pass of what was wanted before, that began before, or while work goes on", async () => {
    wait();
    expect(await see(buildChange(), { version: 4 })).toEqual([]);
    expect(await see(buildChange(), { startedAtMs: nowMs - 1 })).toEqual([]);
    working.add("container.x");
    expect(await see(buildChange())).toEqual([]);
    working.clear();
    expect(await see(buildChange(), { version: 6 })).toEqual(["settled"]);
  });

  it("is told what the work failed with since then, and not what it failed with before", async () => {
    ledger.see([missing()], new Set(), nowMs);
    ledger.failed("container.x", { code: "pull-failed", message: "long ago" }, nowMs - 1_000);
    wait();
    expect(await see(missing(), { hold: "backing-off" })).toEqual([]);
    ledger.failed("container.x", { code: "image-not-found", message: "no such tag" }, nowMs);
    expect(await see(missing(), { hold: "backing-off" })).toEqual(["image-not-found: no such tag"]);
  });

  it.each<[Hold, string]>([
    ["paused", "guard-refused: container.x is not touched: the watcher is paused"],
    ["guarded", "guard-refused: container.x is not touched: the pass would delete too much"],
    ["flapping", "guard-refused: container.x is not touched: it had to be put right too often"],
    ["drift-only-told", "guard-refused: container.x is not touched: `drift: detect`"],
  ])("is told that it is left alone: %s", async (hold, told) => {
    wait();
    expect(await see(missing(), { hold })).toEqual([told]);
  });

  it("is told of a conflict, and of what keeps passes from being made", async () => {
    wait();
    expect(await see(buildChange({ action: "conflict", heldBy: "container y" }))).toEqual([
      "name-conflict: container.x: container y",
    ]);
    wait();
    waits.fail(new WarmError("host-unreachable", "the host is away"));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen[1]).toBe("host-unreachable: the host is away");
  });

  it("waits no more once it has gone", async () => {
    const gone = new AbortController();
    wait(gone.signal);
    gone.abort();
    expect(await see(buildChange())).toEqual(["interrupted: nobody waits any more"]);
  });

  it("need not wait where the last pass found it in place already", () => {
    expect(waits.settled(WANTED, 5)).toBeUndefined();
    waits.see(buildPass(buildChange()));
    expect(waits.settled(WANTED, 5)?.version).toBe(5);
    expect(waits.settled(WANTED, 6)).toBeUndefined();
    working.add("container.x");
    expect(waits.settled(WANTED, 5)).toBeUndefined();
  });
});

describe("who waits until nothing is left to do", () => {
  it("is answered once all else is left alone for longer than its work takes", async () => {
    waits.rest(NEVER).then(() => seen.push("rest"));
    const both = (hold?: Hold) => {
      const held = new Map(hold === undefined ? [] : [["container.x", hold]]);
      const result = { plan: buildPlan([missing()]), held } as unknown as PassResult;
      waits.see({ result, version: 5, startedAtMs: nowMs });
      return new Promise((resolve) => setImmediate(resolve));
    };
    await both();
    await both("waiting");
    working.add("container.y");
    await both("backing-off");
    expect(seen).toEqual([]);
    working.clear();
    await both("backing-off");
    expect(seen).toEqual(["rest"]);
  });
});
