import { expect, it } from "vitest";
import { judgeRevision, type RevisionEvidence } from "../../src/daemon/revisions/judge-revision.js";
import type { Hold } from "../../src/model/daemon-status.js";
import type { Change } from "../../src/model/plan.js";
import { buildChange, buildPlan, missing, stopped } from "./builders.js";

/** A file with `container.x` and the pool `p`, of which nothing was in place yet, and none was applied before. */
function judge(
  changes: readonly Change[],
  {
    settled = [],
    errors = {},
    held = {},
    ...rest
  }: Partial<Pick<RevisionEvidence, "keys" | "goodKeys">> & {
    settled?: readonly string[];
    errors?: Readonly<Record<string, string>>;
    held?: Readonly<Record<string, Hold>>;
  } = {},
) {
  return judgeRevision({
    plan: buildPlan(changes),
    keys: new Map([
      ["container.x", "new x"],
      ["engine.p", "new p"],
    ]),
    goodKeys: undefined,
    ...rest,
    held: new Map(Object.entries(held)),
    standingOf: (address) => ({
      isSettled: settled.includes(address),
      error: errors[address] === undefined ? undefined : { code: errors[address], message: "no", at: "" },
    }),
  });
}

const engine = (parts: Partial<Change>) => buildChange({ address: "engine.p/1", kind: "engine", ...parts });
const orphan = buildChange({ address: "container.old", action: "delete", reasons: ["orphaned"] });

it("a revision is applied once everything was in place, whatever the world does to it after that", () => {
  expect(judge([buildChange()], { settled: ["container.x"] }).kind).toBe("applied");
  expect(judge([stopped()], { settled: ["container.x"] }).kind).toBe("applied");
  expect(judge([missing()]).kind).toBe("open");
});

it("what is in flight counts as open, although it looks as if it were in place", () => {
  expect(judge([buildChange()]).kind).toBe("open");
});

it("what is no longer declared has to go first", () => {
  expect(judge([orphan]).kind).toBe("open");
  expect(judge([{ ...orphan, reasons: ["requested"] }]).kind).toBe("applied");
  expect(judge([{ ...orphan, action: "noop", reasons: [] }]).kind).toBe("applied");
});

it("what was asked for beside the file, and what pools do by themselves, is none of its matters", () => {
  expect(judge([missing("container.asked-for")]).kind).toBe("applied");
  expect(judge([engine({ action: "create", reasons: ["scale-up"] })]).kind).toBe("applied");
  expect(judge([engine({ action: "replace", reasons: ["config-changed"] })]).kind).toBe("open");
});

it("a conflict keeps it open, and is no failure", () => {
  const conflict = buildChange({ action: "conflict", reasons: ["conflict-name"] });
  expect(judge([conflict], { errors: { "container.x": "name-conflict" } }).kind).toBe("open");
});

it.each(["unhealthy", "image-not-found", "auth-failed", "platform-mismatch", "seed-failed", "rejected"])(
  "%s is for good",
  (code) => {
    const verdict = judge([missing()], { errors: { "container.x": code } });
    expect(verdict).toMatchObject({ kind: "failed", failure: { code } });
  },
);

it.each([
  "host-unreachable",
  "registry-unreachable",
  "rate-limited",
  "pull-failed",
  "disk-full",
  "in-use",
  "docker-failed",
])("%s is not", (code) => expect(judge([missing()], { errors: { "container.x": code } }).kind).toBe("open"));

it("what the last good revision said in the same way is not held against a new one", () => {
  const goodKeys = new Map([["container.x", "new x"]]);
  const errors = { "container.x": "unhealthy" };
  expect(judge([missing()], { goodKeys, errors }).kind).toBe("open");
  expect(judge([missing()], { goodKeys: new Map([["container.x", "old x"]]), errors }).kind).toBe("failed");
});

it("an engine that fails is not the end of it: its pool's breaker says when", () => {
  const starting = engine({ action: "create", reasons: ["missing"] });
  const errors = { "engine.p/1": "unhealthy" };
  expect(judge([starting], { errors }).kind).toBe("open");
  for (const hold of ["breaker-open", "rollout-paused"] as const)
    expect(judge([starting], { errors, held: { "engine.p/1": hold } }).kind).toBe("failed");
  expect(judge([starting], { errors: { "engine.p/1": "image-not-found" } }).kind).toBe("failed");
  expect(judge([starting], { held: { "engine.p/1": "rollout-paused" } })).toMatchObject({
    failure: { code: "engine-failed" },
  });
});
