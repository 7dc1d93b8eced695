import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { makeVisible } from "../../src/report/text/make-visible.js";
import { makeStyle } from "../../src/report/text/style.js";
import { cutEnd, cutMiddle, displayWidth, padColumns } from "../../src/report/text/text-width.js";

const painted = makeStyle({ color: true });

describe("text width", () => {
  it("counts columns, not characters", () => {
    expect(displayWidth("abc")).toBe(3);
    expect(displayWidth("日本")).toBe(4);
    expect(displayWidth("🚀")).toBe(2);
    expect(displayWidth("e\u0301")).toBe(1);
    expect(displayWidth(painted.red("abc"))).toBe(3);
    expect(padColumns("日", 4)).toBe("日  ");
  });

  it("cuts at the end and in the middle", () => {
    expect(cutEnd("abcdef", 4)).toBe("abc…");
    expect(cutEnd("abc", 3)).toBe("abc");
    expect(cutEnd("日本語", 4)).toBe("日…");
    expect(cutEnd(`${painted.red("abc")}${painted.green("def")}`, 4)).toBe(
      `${painted.red("abc")}\x1b[32m…\x1b[39m`,
    );
    expect(cutMiddle("container.cyan-template-0f8c", 15)).toBe("contain…te-0f8c");
  });

  it("never gives more columns than asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), fc.nat(50), (raw, width) => {
        const text = makeVisible(raw);
        expect(displayWidth(cutEnd(painted.red(text) + text, width))).toBeLessThanOrEqual(width);
        expect(displayWidth(cutMiddle(text, width))).toBeLessThanOrEqual(width);
      }),
    );
  });
});
