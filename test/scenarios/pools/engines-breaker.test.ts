import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { countOf, told } from "../watch/watched-project.js";
import { listEngines } from "./engine-project.js";
import { type KeptPool, keepPool } from "./kept-pool.js";

const BREAKER = "breaker: { failures: 2 }";
let kept: KeptPool;
let bad: string;
let worse: string;
beforeAll(async () => {
  kept = await keepPool({ size: 0 });
  bad = await kept.sandbox.image("engine", { failsStart: true, tag: "bad", to: "both" });
  worse = await kept.sandbox.image("engine", { failsStart: true, tag: "worse", version: "2", to: "both" });
});
afterAll(() => kept[Symbol.asyncDispose]());

describe("a pool whose image fails its start", () => {
  it("opens its breaker after so many failures in a row, and says why", async () => {
    await kept.save({ image: bad, size: 2, lines: [BREAKER] });
    const { breaker } = await kept.until((view) => view.breaker);
    expect(breaker?.reason).toContain("ended with exit code 9 before it was ready");
    const opened = await kept.watching.line(({ msg }) => msg === "breaker opened");
    expect(opened).toMatchObject({ level: "error", failures: 2 });
    const { stdout } = await kept.sandbox.warm(["engines"]);
    expect(stdout).toContain("breaker open");
    expect(stdout).toContain("ended with exit code 9 before it was ready");
    expect(stdout).toContain("`warm recycle game` closes it");
    await kept.until(({ engines }) => engines.length === 0);
    expect(await listEngines(kept.sandbox)).toEqual([]);
  });

  it("refuses who asks at once, and says what is wrong", async () => {
    await expect(kept.lease({ waitMs: 0 })).rejects.toMatchObject({
      code: "no-engine",
      message: expect.stringMatching(/no more are started: .* ended with exit code 9 before it was ready/),
    });
  });

  it("is tried again when it is asked to", async () => {
    const since = kept.watching.lines().length;
    const { code, stderr } = await kept.sandbox.warm(["recycle", "game"]);
    expect(code, stderr).toBe(0);
    await kept.watching.line(({ msg }) => msg === "breaker closed", since);
    const failed = await kept.watching.line(({ msg }) => msg === "change failed", since);
    expect(failed.failures, "what was waited for before is forgotten").toBe(1);
    await kept.watching.line(({ msg }) => msg === "breaker opened", since);
  });

  it("is tried again when the file says something else of it", async () => {
    const since = kept.watching.lines().length;
    await kept.save({ image: worse, size: 2, lines: [BREAKER] });
    await kept.watching.line(({ msg }) => msg === "breaker closed", since);
    await kept.watching.line(({ msg }) => msg === "breaker opened", since);
    await kept.save({ size: 2, lines: [BREAKER] });
    await kept.ready(2);
    expect((await kept.view()).breaker).toBeUndefined();
  });

  it("is told of no more often than it is tried", async () => {
    const lines = told(kept.watching.lines());
    const failed = lines.filter(({ msg }) => msg === "change failed");
    expect(failed.length).toBeLessThanOrEqual(12);
    expect(countOf(kept.watching, "breaker opened")).toBe(3);
  });
});
