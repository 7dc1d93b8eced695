import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readParams } from "../../src/jobs/read-params.js";
import type { JobParam, JobSpec, ParamValue } from "../../src/model/job.js";

const param = (name: string, parts: Partial<JobParam> = {}): JobParam => ({
  ...{ name, type: "string", default: undefined, minLength: 1, maxLength: 1024 },
  ...{ pattern: undefined, minimum: undefined, maximum: undefined },
  ...parts,
});
const read = (params: readonly JobParam[], given: Record<string, ParamValue>) =>
  readParams("p", { params } as unknown as JobSpec, given);

describe("a parameter", () => {
  it.each<[Partial<JobParam>, ParamValue, ParamValue]>([
    [{}, "MySeed", "MySeed"],
    [{}, "7", "7"],
    [{ minLength: 0 }, "", ""],
    [{ maxLength: 2 }, "🌍🌍", "🌍🌍"],
    [{ pattern: "[a-z]+" }, "abc", "abc"],
    [{ type: "integer" }, "-7", -7],
    [{ type: "integer" }, 7, 7],
    [{ type: "number" }, "1.5e3", 1500],
    [{ type: "boolean" }, "true", true],
    [{ type: "boolean" }, false, false],
  ])("%j takes %j as %j", (parts, given, value) => {
    expect(read([param("x", parts)], { x: given })).toEqual({ x: value });
  });

  it.each<[Partial<JobParam>, ParamValue, string]>([
    [{}, "", "it is empty"],
    [{}, 7, "7 is no text: write it in quotes"],
    [{}, "\ud800", "half a character"],
    [{ minLength: 3 }, "ab", "fewer than 3"],
    [{ maxLength: 2 }, "🌍🌍🌍", "more than 2"],
    [{ pattern: "[a-z]+" }, "abc1", "`abc1` does not match `[a-z]+`"],
    [{ type: "integer" }, "1.5", "no whole number"],
    [{ type: "integer" }, "", "no whole number"],
    [{ type: "integer" }, "0x10", "no whole number"],
    [{ type: "integer" }, "9007199254740993", "no whole number"],
    [{ type: "integer" }, true, "no whole number"],
    [{ type: "number" }, "Infinity", "no number"],
    [{ type: "number", minimum: 0 }, -1, "-1 is less than 0"],
    [{ type: "number", maximum: 1 }, 2, "2 is more than 1"],
    [{ type: "boolean" }, "yes", "neither true nor false"],
  ])("%j refuses %j", (parts, given, message) => {
    expect(() => read([param("x", parts)], { x: given })).toThrow(message);
  });

  it("that is not given has its default, or is asked for", () => {
    expect(read([param("x", { default: "d" })], {})).toEqual({ x: "d" });
    expect(() => read([param("x")], {})).toThrow("`x`: it is required");
  });
});

it("every mistake is told at once, with what it is called", () => {
  expect(() => read([param("seed"), param("size", { type: "integer" })], { sed: "a", size: "x" })).toThrow(
    "p: there is no `sed` (did you mean `seed`?); `seed`: it is required; `size`: `x` is no whole number",
  );
});

it("names of an object's own parts are parameters like any other", () => {
  expect(() => read([param("seed")], JSON.parse('{"__proto__":"x","seed":"a"}'))).toThrow(
    "there is no `__proto__`",
  );
  expect(() => read([param("toString")], {})).toThrow("`toString`: it is required");
});

it("any text that is Unicode comes through as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", minLength: 1, maxLength: 100 }), (text) => {
      expect(read([param("x")], { x: text })).toEqual({ x: text });
    }),
  );
});
