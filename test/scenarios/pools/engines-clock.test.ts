import { describe, expect, it } from "vitest";
import { PoolCore } from "../../../src/pool/core/pool-core.js";
import type { PoolEvent } from "../../../src/pool/core/pool-event.js";
import type { JournalRecord } from "../../../src/pool/journal/journal-record.js";
import { policyOf, WALL_MS } from "../../pool/builders.js";

const DAY_MS = 86_400_000;
const TTL_MS = 60_000;

/** A pool whose clock on the wall is set by hand, beside the monotonic one. */
function openPool() {
  const clock = { wallMs: WALL_MS };
  const [records, events]: [JournalRecord[], PoolEvent[]] = [[], []];
  let ids = 0;
  const open = () =>
    new PoolCore({
      pool: "p",
      policy: () =>
        policyOf({
          size: { min: 2, max: 2, spare: 0 },
          scale: { cooldownMs: 1_000, refillPerMinute: undefined },
        }),
      nextFence: () => ++ids,
      newId: () => `L${++ids}`,
      wallMs: () => clock.wallMs,
      record: (record) => records.push(record),
      tell: (event) => events.push(event),
      onDemand: () => undefined,
    });
  return { clock, records, events, open };
}

function leaseFrom(core: PoolCore, nowMs: number) {
  const granted: string[] = [];
  core.acquire({ holder: "h", priority: 0, deadlineMs: nowMs }, nowMs, (settled) => {
    if (settled.kind === "granted") granted.push(settled.lease.id);
  });
  const [id = ""] = granted;
  core.told(id);
  return id;
}

describe.each([
  ["back", -DAY_MS],
  ["forward", DAY_MS],
])("a clock that is set %s by a day", (_way, stepMs) => {
  it("ends no lease early, and none late", () => {
    const { clock, events, open } = openPool();
    const core = open();
    core.begun("e1", 1, 0);
    core.ready("e1", 10, "ready");
    leaseFrom(core, 1_000);
    clock.wallMs += stepMs;
    core.tick(1_000 + TTL_MS - 1);
    expect(core.stateOf("e1")).toBe("leased");
    expect(events.map(({ type }) => type)).not.toContain("lease-expired");
    core.tick(1_000 + TTL_MS);
    expect(core.stateOf("e1")).not.toBe("leased");
    expect(events.map(({ type }) => type)).toContain("lease-expired");
  });

  it("ends no wait early, and none late", () => {
    const { clock, open } = openPool();
    const core = open();
    const settled: string[] = [];
    core.acquire({ holder: "h", priority: 0, deadlineMs: 5_000 }, 0, ({ kind }) => settled.push(kind));
    clock.wallMs += stepMs;
    core.tick(4_999);
    expect(settled).toEqual([]);
    core.tick(5_000);
    expect(settled).toEqual(["refused"]);
  });

  it("keeps what is in quarantine for its time", () => {
    const { clock, open } = openPool();
    const core = open();
    core.begun("e1", 1, 0);
    core.ready("e1", 10, "ready");
    core.release(leaseFrom(core, 100), undefined, "clean", 200);
    core.quarantined("e1", "verify ended with exit code 1", 300);
    clock.wallMs += stepMs;
    const { ttlMs } = policyOf().quarantine;
    core.tick(300 + ttlMs - 1);
    expect(core.demand(300 + ttlMs - 1).engines.get("e1")?.due).toBeUndefined();
    core.tick(300 + ttlMs);
    expect(core.demand(300 + ttlMs).engines.get("e1")?.due).toBe("expired");
  });

  it("while warm was away leaves a lease a whole ttl from its return on", () => {
    const { clock, records, open } = openPool();
    const before = open();
    before.begun("e1", 1, 0);
    before.ready("e1", 10, "ready");
    const id = leaseFrom(before, 1_000);
    clock.wallMs += stepMs;
    const after = open();
    after.restore([...records], 50);
    expect(after.leases()).toMatchObject([{ id, expiresAtMs: 50 + TTL_MS }]);
    after.tick(50 + TTL_MS - 1);
    expect(after.stateOf("e1")).toBe("leased");
  });
});
