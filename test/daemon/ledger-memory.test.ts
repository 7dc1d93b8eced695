import fc from "fast-check";
import { expect, it } from "vitest";
import { buildChange, buildLedger, stopped } from "./builders.js";

const X = "container.x";
const NOBODY: ReadonlySet<string> = new Set();
const NOW = Date.parse("2026-01-01T00:00:00Z");
const asJson = (value: unknown) => JSON.parse(JSON.stringify(value));

it("what a ledger writes, the next one reads, to the last word", () => {
  const step = fc.constantFrom("ok", "stopped", "failed", "healed", "done", "hold");
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom("a", "b"), step)), (steps) => {
      const ledger = buildLedger();
      for (const [index, [name, what]] of steps.entries()) {
        const address = `container.${name}`;
        const nowMs = NOW + index * 100;
        if (what === "ok") ledger.see([buildChange({ address })], NOBODY, nowMs);
        if (what === "stopped") ledger.see([stopped(address)], NOBODY, nowMs);
        if (what === "failed") ledger.failed(address, { code: "unhealthy", message: "no" }, nowMs);
        if (what === "healed" || what === "done") ledger.done(address, what === "healed", nowMs);
        if (what === "hold") ledger.holdOf(stopped(address), nowMs);
      }
      const written = asJson(ledger.toJson());
      expect(asJson(buildLedger({ remembered: written }).toJson())).toEqual(written);
    }),
  );
});

it("a new ledger goes on where the old one was: backing off, flapping, settled", () => {
  const ledger = buildLedger();
  ledger.see([buildChange()], NOBODY, NOW);
  ledger.see([stopped()], NOBODY, NOW);
  ledger.failed(X, { code: "unhealthy", message: "no" }, NOW);
  const next = buildLedger({ remembered: asJson(ledger.toJson()) });
  expect(next.see([stopped()], NOBODY, NOW + 1)).toEqual([]);
  expect(next.holdOf(stopped(), NOW + 1)).toBe("backing-off");
  expect(next.isDrift(buildChange({ action: "create", reasons: ["missing"] }))).toBe(true);
  expect(next.failed(X, { code: "unhealthy", message: "no" }, NOW + 1_000).failures).toBe(2);
});

const mostly = (text: string) =>
  fc.oneof({ weight: 9, arbitrary: fc.constant(text) }, { weight: 1, arbitrary: fc.jsonValue() });

it("anything else that stands there is survived", () => {
  const member = fc.record(
    {
      key: mostly(`key of ${X}`),
      since: mostly("2026-01-01T00:00:00Z"),
      sync: fc.jsonValue(),
      reasons: fc.jsonValue(),
      failures: fc.oneof(fc.integer(), fc.jsonValue()),
      nextTryAt: fc.oneof(fc.constant("2026-01-01T00:00:01Z"), fc.jsonValue()),
      healedAt: fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      error: fc.jsonValue(),
      isFlapping: fc.jsonValue(),
    },
    { requiredKeys: ["key", "since"] },
  );
  const remembered = fc.oneof(
    fc.jsonValue(),
    fc.dictionary(fc.constantFrom(X, "volume.y", "__proto__"), member),
  );
  fc.assert(
    fc.property(remembered, (value) => {
      const ledger = buildLedger({ remembered: value });
      ledger.see([stopped()], NOBODY, NOW);
      ledger.holdOf(stopped(), NOW);
      ledger.noteHold(X, "backing-off");
      expect(ledger.nextTryMs()).not.toBeNaN();
      const { failures, delayMs } = ledger.failed(X, { code: "unhealthy", message: "no" }, NOW);
      expect(failures).toBeGreaterThanOrEqual(1);
      expect(delayMs).toBeGreaterThanOrEqual(900);
      JSON.stringify(ledger.toJson());
    }),
    { numRuns: 500 },
  );
});

const memory = {
  key: `key of ${X}`,
  isSettled: true,
  sync: "out-of-sync",
  since: "2026-01-01T00:00:00Z",
  reasons: ["drift-stopped"],
  failures: 1,
  healedAt: [],
  isFlapping: false,
};

it("a next try of a clock that went wrong keeps nothing waiting for longer than any back-off", () => {
  const ledger = buildLedger({ remembered: { [X]: { ...memory, nextTryAt: "2036-01-01T00:00:00Z" } } });
  ledger.see([stopped()], NOBODY, NOW);
  expect(ledger.holdOf(stopped(), NOW + 6 * 60_000)).toBeUndefined();
});

it("heals of a clock that went wrong are no flapping for ever", () => {
  const healedAt = ["2036-01-01T00:00:00Z", "2036-01-01T00:00:01Z"];
  const ledger = buildLedger({ remembered: { [X]: { ...memory, healedAt } } });
  ledger.see([stopped()], NOBODY, NOW);
  expect(ledger.holdOf(stopped(), NOW + 6 * 60_000)).toBeUndefined();
});
