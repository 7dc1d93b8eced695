import { describe, expect, it } from "vitest";
import { formatFieldValue, formatTransition } from "../../src/report/plan-text/field-values.js";

describe("formatTransition", () => {
  it("reads memory in binary units, but not a variable of that name", () => {
    expect(formatTransition("resources.memory", 268_435_456, 1_610_612_736)).toBe("256 MiB -> 1.5 GiB");
    expect(formatTransition("env.memory", "268435456", "1")).toBe('"268435456" -> "1"');
  });

  it("never shows two different sizes as equal", () => {
    expect(formatTransition("resources.memory", 268_435_456, 268_435_457)).toBe("256 MiB -> 268435457 B");
  });

  it("shortens image ids as Docker does", () => {
    expect(formatTransition("image", `sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`)).toBe(
      '"sha256:aaaaaaaaaaaa" -> "sha256:bbbbbbbbbbbb"',
    );
  });

  it("keeps ids whole that a short form would make equal", () => {
    const id = (end: string) => `sha256:${"a".repeat(63)}${end}`;
    expect(formatTransition("image", id("1"), id("2"))).toBe(`"${id("1")}" -> "${id("2")}"`);
  });

  it("cuts long texts to where they part", () => {
    expect(formatTransition("env.X", `${"x".repeat(100)}one`, `${"x".repeat(100)}two`)).toBe(
      '"…xxxxxxxxone" -> "…xxxxxxxxtwo"',
    );
    expect(formatTransition("env.X", "x".repeat(100), `${"x".repeat(100)}y`)).toBe(
      '"…xxxxxxxx" -> "…xxxxxxxxy"',
    );
  });

  it("quotes what could be taken for something else", () => {
    expect(formatFieldValue("env.X", "(not set)")).toBe('"(not set)"');
    expect(formatFieldValue("env.X", 'a "b"\n')).toBe('"a \\"b\\"\\n"');
    expect(formatFieldValue("env.X", null)).toBe("(not set)");
    expect(formatFieldValue("resources.pids", 0)).toBe("unlimited");
    expect(formatFieldValue("debug", false)).toBe("false");
  });
});
