import { describe, expect, it } from "vitest";
import { checkWitnesses, showLine, watchFor } from "../../src/jobs/run/witness.js";
import type { JobSpec, ParamValue, Witness } from "../../src/model/job.js";

const log = (text: string): Witness => ({ type: "log", text });

function isShown(text: string, line: string, params: Record<string, ParamValue> = { seed: "abc" }): boolean {
  const watched = watchFor(log(text), params);
  watched.take(line);
  return watched.isSeen;
}

describe("a line of the log", () => {
  it.each([
    ["world seed: {seed}", "12:00 ACTION[Server]: world seed: abc", true],
    ["world seed: {seed}", "world seed: abcd", false],
    ["world seed: {seed}", "world seed: abc def", false],
    ["world seed: {seed}", "world seed: abc ", false],
    ["world seed: {seed}", "world seed: abc\r", true],
    ["world seed: {seed}", "\u001b[32mworld seed: abc\u001b[0m", true],
    ["world seed: {seed}", "world seed: xabc", false],
    ["{seed} is loaded", "abc is loaded", true],
    ["{seed} is loaded", "[info] abc is loaded", true],
    ["{seed} is loaded", "xabc is loaded", false],
    ['seed "{seed}" loaded', 'the seed "abc" loaded in 3 s', true],
    ["ALL EXPORTS COMPLETE", "12:00 ALL EXPORTS COMPLETE (4)", true],
    ["ALL EXPORTS COMPLETE", "all exports complete", false],
  ])("`%s` is shown by `%s`: %s", (text, line, expected) => {
    expect(isShown(text, line)).toBe(expected);
  });

  it("that has the text twice shows it where one of them stands right", () => {
    expect(isShown("seed: {seed}", "old seed: abcd, new seed: abc")).toBe(true);
  });
});

describe("the line that confirms a parameter", () => {
  it("is no other word, whatever the parameter says", () => {
    const params = { seed: "ALL EXPORTS COMPLETE" };
    const [confirm, done] = [
      watchFor(log("world seed: {seed}"), params),
      watchFor(log("ALL EXPORTS COMPLETE"), params),
    ];
    showLine(confirm, [done], "world seed: ALL EXPORTS COMPLETE");
    expect([confirm.isSeen, done.isSeen]).toEqual([true, false]);
    showLine(confirm, [done], "world seed: ALL EXPORTS COMPLETE");
    expect(done.isSeen).toBe(false);
    showLine(confirm, [done], "ALL EXPORTS COMPLETE");
    expect(done.isSeen).toBe(true);
  });

  it("may be the last word where that names the parameter too", () => {
    const params = { seed: "abc" };
    const [confirm, done] = [watchFor(log("made {seed}"), params), watchFor(log("made {seed}"), params)];
    showLine(confirm, [done], "made abc");
    expect([confirm.isSeen, done.isSeen]).toEqual([true, true]);
  });
});

describe("a value is refused", () => {
  const spec = (parts: Partial<JobSpec>) =>
    ({ outputs: [], done: undefined, confirm: undefined, ...parts }) as unknown as JobSpec;
  const check = (seed: string, errorLogs: readonly string[] = []) =>
    checkWitnesses("p", spec({ confirm: log("seed: {seed}"), done: log("ALL DONE") }), errorLogs, { seed });

  it.each([
    ["two\nlines", /line break/],
    ["is it ALL DONE?", /holds `ALL DONE`/],
  ])("%j", (seed, message) => expect(() => check(seed)).toThrow(message));

  it("that the log's watch would take for a failure of the engine", () => {
    expect(() => check("panic: no", ["panic:"])).toThrow(/holds `panic:`/);
    expect(() => check("all done", ["panic:"])).not.toThrow();
  });
});
