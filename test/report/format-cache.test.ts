import { describe, expect, it } from "vitest";
import {
  type CacheEntry,
  formatCache,
  formatCacheJson,
  formatCacheVerdict,
  formatPruned,
} from "../../src/report/format-cache.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { plain } from "./builders.js";

const NOW = new Date("2026-03-01T12:00:00.000Z");
const WIDE = Number.POSITIVE_INFINITY;

const build = (hash: string, ageS: number, parts: Partial<CacheEntry> = {}): CacheEntry => ({
  ...{ hash: hash.repeat(32), dir: `/srv/data/seeds/${hash.repeat(32)}`, bytes: 4_200_000, files: 5 },
  ...{ inputs: { pool: "valheim", key: "MySeed" }, usedAtMs: NOW.getTime() - ageS * 1000, broken: undefined },
  ...parts,
});

const results = [
  build("ab", 90_000),
  build("cd", 4_000, { inputs: undefined, broken: "its manifest is no JSON\u001b[2J", bytes: 12 }),
  build("ef", 12, { inputs: { pool: "valheim", key: "\n".repeat(70_000) } }),
];

describe("the cache", () => {
  it("is listed last used first, with what is broken", () => {
    expect(formatCache(results, plain, WIDE, NOW)).toMatchInlineSnapshot(`
      "RESULT        POOL     KEY                               SIZE    FILES  USED
      efefefefefef  valheim  \\n\\n\\n\\n\\n\\n\\n\\n…n\\n\\n\\n\\n\\n\\n\\n  4.2 MB  5      12s
      cdcdcdcdcdcd  -        -                                 12 B    5      66m   broken: its manifest is no JSON\\x1b[2J
      abababababab  valheim  MySeed                            4.2 MB  5      25h

      3 results, 8.4 MB."
    `);
    expect(formatCache([], plain, WIDE, NOW)).toBe("No results.");
    expect(Math.max(...formatCache(results, plain, 40, NOW).split("\n").map(displayWidth))).toBe(40);
    expect(JSON.parse(formatCacheJson(results))).toMatchObject({ format: "warm.cache/1", bytes: 8_400_012 });
  });

  it("is judged: what is broken is named", () => {
    expect(formatCacheVerdict(results, plain)).toMatchInlineSnapshot(`
      "/srv/data/seeds/cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd: broken: its manifest is no JSON\\x1b[2J
      1 of 3 results broken, 2 whole."
    `);
    expect(formatCacheVerdict(results.slice(0, 1), plain)).toBe("1 result, every file as its manifest says.");
  });

  it("says what went and how much is free by it", () => {
    expect(formatPruned(results.slice(0, 2), false)).toMatchInlineSnapshot(`
      "abababababab  4.2 MB  valheim  MySeed
      cdcdcdcdcdcd  12 B

      Removed 2 results, 4.2 MB."
    `);
    expect(formatPruned(results.slice(0, 1), true)).toContain("Would remove 1 result, 4.2 MB.");
    expect(formatPruned([], true)).toBe("Nothing would be removed.");
    expect(formatPruned([], false)).toBe("Nothing to remove.");
  });
});
