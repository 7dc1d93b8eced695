import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { matchPattern } from "../../../src/jobs/outputs/match-pattern.js";
import { missingRequired } from "../../../src/jobs/outputs/missing-required.js";
import { temporaryFolder } from "../data/folders.js";
import { packTree } from "./archives.js";
import { exportTo } from "./export.js";

describe("patterns", () => {
  test.each([
    ["*.db", "MySeed.db", true],
    ["*.db", "sub/MySeed.db", true],
    ["*.db", "MySeed.db.old", false],
    ["*", "anything", true],
    ["a*b*c", "a--b--c", true],
    ["a*b*c", "acb", false],
    ["*aa*aa", "aaa", false],
    ["*aa*aa", "aaaa", true],
    ["sub/*.db", "sub/x.db", true],
    ["sub/*.db", "x.db", false],
    ["sub/*.db", "other/sub/x.db", false],
    ["*/x", "sub/x", true],
    ["*/x", "a/b/x", false],
    ["x.db", "xadb", false],
    ["[ab]?{c}", "[ab]?{c}", true],
    ["[ab]", "a", false],
    ["a", "A", false],
    ["**", "x", true],
    ["a*", "a", true],
  ])("%s and %s", (pattern, path, matches) => {
    expect(matchPattern(pattern, path)).toBe(matches);
  });

  test("match as the same regular expression does", () => {
    const text = fc
      .array(fc.constantFrom("a", "b", "*", "/", ".", "\n"), { maxLength: 9 })
      .map((parts) => parts.join(""));
    const path = text.map((each) => each.replaceAll("*", "a"));
    fc.assert(
      fc.property(text, path, (pattern, name) => {
        const source = pattern.replaceAll(".", "\\.").replaceAll("*", "[^/]*");
        const held = pattern.includes("/") ? name : name.slice(name.lastIndexOf("/") + 1);
        expect(matchPattern(pattern, name)).toBe(new RegExp(`^(?:${source})$`).test(held));
      }),
      { numRuns: 3000 },
    );
  });

  test("a pattern of many stars takes no time", () => {
    const begun = performance.now();
    expect(matchPattern(`${"*a".repeat(100)}b`, "a".repeat(255))).toBe(false);
    expect(performance.now() - begun).toBeLessThan(100);
  });
});

describe("required files", () => {
  test("every pattern that nothing matches is named", () => {
    expect(missingRequired(["*.db", "*.fwl", "sub/*"], ["a.db", "b"])).toEqual(["*.fwl", "sub/*"]);
  });

  test("an export that lacks one is refused, and says what was there instead", async () => {
    const archive = await packTree("world", { "a.db": "x", "b.tmp": "x" });
    await expect(
      exportTo(temporaryFolder(), archive, { output: { require: ["*.db", "*.fwl", "x/*"] } }),
    ).rejects.toMatchObject({
      code: "rejected",
      message: "the output /config/world has no file `*.fwl`, `x/*`",
      hint: 'the engine left "a.db", "b.tmp" there: see whether the job was done when it said so',
    });
  });

  test("a folder is no file", async () => {
    const archive = await packTree("world", { "a.db": null });
    await expect(exportTo(temporaryFolder(), archive, { output: { require: ["*.db"] } })).rejects.toThrow(
      "has no file `*.db`",
    );
  });

  test("an export with all of them passes", async () => {
    const archive = await packTree("world", { "a.db": "x", "sub/b.fwl": "" });
    const files = await exportTo(temporaryFolder(), archive, {
      output: { require: ["*.db", "*.fwl", "sub/*"] },
    });
    expect(files.map(({ path }) => path)).toEqual(["raw/a.db", "raw/sub/b.fwl"]);
  });
});
