import { expect, it } from "vitest";
import { afterFailure, type Condition } from "../../src/daemon/condition.js";
import { type ErrorCode, WarmError } from "../../src/errors.js";

const RUNNING: Condition = { state: "running" };
const error = (code: ErrorCode) => new WarmError(code, `it is ${code}`);
const fail = (before: Condition, code: ErrorCode, nowMs: number) =>
  afterFailure(before, error(code), nowMs, 0.5);

it("says what an error keeps from going on", () => {
  const codes = [
    "locked",
    "host-unreachable",
    "host-forbidden",
    "api-version",
    "deadline",
    "internal",
    "rejected",
    "auth-failed",
  ] as const;
  expect(
    Object.fromEntries(codes.map((code) => [code, fail(RUNNING, code, 0).state])),
  ).toMatchInlineSnapshot(`
    {
      "api-version": "host-away",
      "auth-failed": "failing",
      "deadline": "host-away",
      "host-forbidden": "host-away",
      "host-unreachable": "host-away",
      "internal": "failing",
      "locked": "standby",
      "rejected": "failing",
    }
  `);
});

it("looks after a host that is away every 5 s at the latest, and remembers since when", () => {
  let condition: Condition = RUNNING as Condition;
  const delays: number[] = [];
  let nowMs = 0;
  for (let round = 0; round < 6; round += 1) {
    const next = fail(condition, "host-unreachable", nowMs);
    if (next.state === "running") throw new Error("it cannot be");
    delays.push(next.retryAtMs - nowMs);
    nowMs = next.retryAtMs;
    condition = next;
  }
  expect(delays).toEqual([1_000, 2_000, 4_000, 5_000, 5_000, 5_000]);
  expect(condition).toMatchObject({ sinceMs: 0, failures: 6 });
});

it("asks for a lock that another one holds every 2 s", () => {
  const first = fail(RUNNING, "locked", 1_000);
  expect(first).toMatchObject({ state: "standby", retryAtMs: 3_000 });
  expect(fail(first, "locked", 3_000)).toMatchObject({ sinceMs: 1_000, failures: 2, retryAtMs: 5_000 });
});

it("counts anew when it is something else that goes wrong", () => {
  const away = fail(fail(RUNNING, "host-unreachable", 0), "host-unreachable", 1_000);
  expect(fail(away, "internal", 9_000)).toMatchObject({ state: "failing", sinceMs: 9_000, failures: 1 });
});
