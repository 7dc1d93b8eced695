import { describe, expect, it } from "vitest";
import type { Explanation } from "../../src/model/status.js";
import { formatExplanation } from "../../src/report/format-explain.js";
import { buildField, buildStatus, plain, TID_A } from "./builders.js";

const drifted: Explanation = {
  status: buildStatus({
    address: `container.cyan-template-${TID_A}`,
    health: "healthy",
    sync: "out-of-sync",
    reasons: ["config-changed", "drift-field"],
  }),
  action: "replace",
  fields: [
    { path: "image", desired: "acme/ts:1", lastApplied: "acme/ts:1", observed: "acme/ts:1", line: 12 },
    { path: "env.LOG_LEVEL", desired: "debug", lastApplied: "info", observed: undefined, line: 41 },
    { path: "env.TOKEN", desired: "secret", lastApplied: "other", observed: null, line: 42 },
    { path: "resources.memory", desired: 268_435_456, lastApplied: 268_435_456, observed: 0, line: 44 },
  ],
  changes: [
    buildField({ path: "env.LOG_LEVEL", before: "info", after: "debug", line: 41 }),
    buildField({ path: "env.TOKEN", sensitive: true, line: 42 }),
    buildField({
      path: "resources.memory",
      before: null,
      after: 268_435_456,
      cause: "drift",
      effect: "update",
    }),
  ],
  facts: ["depends on network.cyanprint, which is in sync", "nothing depends on it"],
};

const withAction = (action: string, sync: Explanation["status"]["sync"]): Explanation => ({
  ...drifted,
  status: { ...drifted.status, sync, reasons: sync === "conflict" ? ["conflict-name"] : [] },
  action,
  fields: [],
  changes: [],
  facts: [],
});

describe("formatExplanation", () => {
  it("gives the verdict, the three sides, the facts, and what apply would do", () => {
    expect(formatExplanation(drifted, plain)).toMatchInlineSnapshot(`
      "container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11 is out of sync: its configuration changed; changed outside warm
      container running, healthy

         FIELD             warm.yaml    LAST APPLIED  HOST
         image             "acme/ts:1"  "acme/ts:1"   "acme/ts:1"
      *  env.LOG_LEVEL     "debug"      "info"        -            changed in warm.yaml:41, forces replacement
      *  env.TOKEN         (sensitive)  (sensitive)   (not set)    changed in warm.yaml:42, forces replacement
      *  resources.memory  256 MiB      256 MiB       unlimited    changed outside warm

      - depends on network.cyanprint, which is in sync
      - nothing depends on it

      warm apply would replace it, as env.LOG_LEVEL, env.TOKEN cannot change in place."
    `);
  });

  it("is short for what is in sync", () => {
    expect(formatExplanation(withAction("noop", "in-sync"), plain)).toMatchInlineSnapshot(`
      "container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11 is in sync
      container running, healthy

      warm apply would leave it as it is."
    `);
  });

  it("says that a conflict waits for a decision", () => {
    expect(
      formatExplanation(withAction("conflict", "conflict"), plain, { config: "prod.yaml" }),
    ).toMatchInlineSnapshot(`
      "container.cyan-template-0f8c1b9e6c1f4f57a8a02f3c6f2f9b11 is in conflict: the name is taken by a container that warm did not make
      container running, healthy

      warm apply would not touch it until you decide: warm plan shows how, or change prod.yaml."
    `);
  });

  it("says what apply would do in words", () => {
    const last = (action: string) =>
      formatExplanation(withAction(action, "out-of-sync"), plain).split("\n").at(-1);
    expect(["create", "start", "update", "delete"].map(last)).toMatchInlineSnapshot(`
      [
        "warm apply would create it.",
        "warm apply would start it.",
        "warm apply would update it in place.",
        "warm apply would delete it.",
      ]
    `);
  });
});
