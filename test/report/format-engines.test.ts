import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ENGINE_STATES, type EngineView, type LeaseView, type PoolView } from "../../src/model/engine.js";
import { formatCanary } from "../../src/report/format-canary.js";
import { formatEngines, formatEnginesJson } from "../../src/report/format-engines.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { plain } from "./builders.js";

const NOW = new Date("2026-03-01T12:00:00Z");
const WIDE = Number.POSITIVE_INFINITY;
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000).toISOString();

const buildLease = (holder: string): LeaseView => ({
  ...{ id: "l1", fence: 7, pool: "valheim", engine: "engine.valheim/2", holder, source: "warm" },
  ...{ since: ago(12), expiresAt: ago(-48) },
});

function buildEngine(slot: number, parts: Partial<EngineView> = {}): EngineView {
  const { state = "ready", pool = "valheim" } = parts;
  return {
    address: `engine.${pool}/${slot}`,
    pool,
    slot,
    name: `cyan-engine-${pool}-${slot}`,
    containerId: "c0ffee",
    state,
    since: ago(300),
    jobs: slot,
    isFrozen: false,
    isStale: false,
    lease: undefined,
    history: [{ at: ago(300), from: "starting", to: state, reason: "ready check passed" }],
    ...parts,
  };
}

function buildPool(engines: readonly EngineView[], parts: Partial<PoolView> = {}): PoolView {
  const count = (state: string) => engines.filter((engine) => engine.state === state).length;
  return {
    id: "valheim",
    target: engines.length,
    counts: Object.fromEntries(ENGINE_STATES.map((state) => [state, count(state)])) as PoolView["counts"],
    queued: 0,
    decision: "a fixed size",
    breaker: undefined,
    rollout: undefined,
    engines,
    ...parts,
  };
}

const pools = [
  buildPool(
    [
      buildEngine(1, { isFrozen: true, isStale: true }),
      buildEngine(2, { state: "leased", since: ago(12), lease: buildLease("ci-17"), jobs: 41 }),
      buildEngine(3, {
        state: "quarantined",
        history: [{ at: ago(9), from: "resetting", to: "quarantined", reason: "reset step 1 exited with 2" }],
      }),
    ],
    {
      target: 4,
      queued: 2,
      decision: "1 leased, 2 queued, 1 spare",
      breaker: { reason: "5 starts in a row failed: exit code 1", since: ago(600) },
      rollout: { stale: 1, pausedBecause: "no engine of the new image became ready in 10m" },
    },
  ),
  buildPool([buildEngine(1, { pool: "empty", state: "starting", history: [] })], {
    id: "a-pool-with-quite-a-long-name",
    rollout: { stale: 1, pausedBecause: undefined },
  }),
];

describe("formatEngines", () => {
  it("tells of each pool, then of each engine", () => {
    expect(formatEngines(pools, plain, WIDE, NOW)).toMatchInlineSnapshot(`
      "valheim: 3 of 4, 1 ready, 1 leased, 1 quarantined, 2 in the queue (1 leased, 2 queued, 1 spare)
        breaker open since 10m: 5 starts in a row failed: exit code 1; \`warm recycle valheim\` closes it
        rollout paused, 1 engine to replace: no engine of the new image became ready in 10m
      a-pool-with-quite-a-long-name: 1 of 1, 1 starting (a fixed size)
        rollout: 1 engine to replace

      ENGINE     STATE                 SINCE  JOBS  HOLDER / WHY
      valheim/1  ready, frozen, stale  5m     1     ready check passed
      valheim/2  leased                12s    41    ci-17, ends in 48s unless renewed
      valheim/3  quarantined           5m     3     reset step 1 exited with 2
      empty/1    starting              5m     1"
    `);
  });

  it("says what the job of a leased engine is at", () => {
    const lease = { ...buildLease("job 7"), activity: "generating\n" };
    const text = formatEngines([buildPool([buildEngine(2, { state: "leased", lease })])], plain, WIDE, NOW);
    expect(text).toContain("leased (generating\\n)  5m");
  });

  it("keeps the table to a narrow terminal", () => {
    const text = formatEngines(pools, plain, 60, NOW).split("\n\n")[1] ?? "";
    expect(text).toMatchInlineSnapshot(`
      "ENGINE     STATE                 SINCE  JOBS  HOLDER / WHY
      valheim/1  ready, frozen, stale  5m     1     ready check p…
      valheim/2  leased                12s    41    ci-17, ends i…
      valheim/3  quarantined           5m     3     reset step 1 …
      empty/1    starting              5m     1"
    `);
    for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(60);
  });

  it("says when there is nothing", () => {
    expect(formatEngines([], plain, 80, NOW)).toBe("No pools declared.");
    expect(formatEngines([buildPool([])], plain, 80, NOW)).toBe("valheim: 0 of 0 (a fixed size)");
  });

  it("lets no text of others drive the terminal", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 20 }), (text) => {
        const engine = buildEngine(1, { address: `engine.${text}/1`, lease: buildLease(text) });
        const step = { at: ago(1), from: undefined, to: "ready", reason: text } as const;
        const pool = buildPool([engine, buildEngine(2, { history: [step] })], {
          id: text,
          decision: text,
          breaker: { reason: text, since: text },
          rollout: { stale: 1, pausedBecause: text },
        });
        const canary = { engine: text, isClean: false, findings: [text], planted: [text], resetMs: 1 };
        for (const shown of [
          formatEngines([pool], plain, 80, NOW),
          formatEnginesJson([pool]),
          formatCanary(canary, plain),
        ])
          expect(shown).not.toMatch(/[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it("shows a hostile holder as what it is", () => {
    const lease = buildLease("\u001b[2J\u202eevil\nvalheim: all is well");
    const text = formatEngines([buildPool([buildEngine(1, { state: "leased", lease })])], plain, WIDE, NOW);
    expect(text).toContain("\\x1b[2J\\u202eevil\\nvalheim: all is well, ends in 48s unless renewed");
  });

  it("is the same as JSON", () => {
    expect(JSON.parse(formatEnginesJson(pools))).toEqual(
      JSON.parse(JSON.stringify({ format: "warm.engines/1", pools })),
    );
  });
});

describe("formatCanary", () => {
  it("gives the verdict and what was found", () => {
    const report = { engine: "engine.valheim/1", planted: ["/tmp/a", "/config/a"], resetMs: 2_100 };
    expect(formatCanary({ ...report, isClean: true, findings: [] }, plain)).toBe(
      "engine.valheim/1: clean (2 markers planted, reset in 2.1s)",
    );
    expect(formatCanary({ ...report, isClean: false, findings: ["/tmp/a is still there"] }, plain)).toBe(
      "engine.valheim/1: not clean (2 markers planted, reset in 2.1s)\n  /tmp/a is still there",
    );
  });
});
