import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillText, hashOfKey } from "../../src/jobs/fill-text.js";

const NAME = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/);

describe("parameters in a text", () => {
  test.each([
    ["load_world {seed}", { seed: "My Seed" }, "load_world My Seed"],
    ["{a}{b}", { a: "{b}", b: "{a}" }, "{b}{a}"],
    ["{x} {unknown} {} {1}", { x: 1 }, "1 {unknown} {} {1}"],
    ["{{x}}", { x: "y" }, "{y}"],
    [
      "{n} {f} {z} {big} {yes} {no}",
      { n: 7.0, f: 0.5, z: -0, big: 1e21, yes: true, no: false },
      "7 0.5 0 1e+21 true false",
    ],
    ["{constructor} {__proto__} {toString}", {}, "{constructor} {__proto__} {toString}"],
    ["{s}", { s: "$& $1 $` $(reboot)" }, "$& $1 $` $(reboot)"],
    ["", { x: "y" }, ""],
  ])("%s", (text, params, filled) => {
    expect(fillText(text, params)).toBe(filled);
  });

  test("a value stands there as it is, whatever it holds", () => {
    const value = fc.oneof(
      fc.string({ unit: "binary" }),
      NAME.map((name) => `{${name}}`),
    );
    fc.assert(
      fc.property(fc.dictionary(NAME, value), fc.array(fc.tuple(NAME, fc.string())), (params, parts) => {
        const text = parts.map(([name, between]) => `{${name}}${between.replaceAll(/[{}]/g, "")}`).join("");
        const filled = parts.map(
          ([name, between]) =>
            (Object.hasOwn(params, name) ? params[name] : `{${name}}`) + between.replaceAll(/[{}]/g, ""),
        );
        expect(fillText(text, params)).toBe(filled.join(""));
      }),
    );
  });

  test("a text without parameters never changes", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(fillText(text, {})).toBe(text);
      }),
    );
  });
});

describe("the hash of a key", () => {
  test.each(["", "MySeed", "../../etc/passwd", "$(reboot)", "a\nb", "-rf", "ü\u{1F600}", "x".repeat(65_536)])(
    "is that of its UTF-8: %j",
    (key) => {
      expect(hashOfKey(key)).toBe(createHash("sha256").update(Buffer.from(key, "utf8")).digest("hex"));
    },
  );

  test("a key of half a character is refused: it would share its hash with others", () => {
    expect(() => hashOfKey("\ud800")).toThrow("half of a surrogate pair");
  });
});
