import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const readme = readFileSync("README.md", "utf8");
const security = readme.slice(readme.indexOf("\n## Security\n"), readme.indexOf("\n## Benchmarks\n"));
const [threats = "", limits = ""] = security.split("\n### Limits\n");
const rowsOf = (text: string) => text.split("\n").filter((line) => /^\| (?!who \||of \|)/.test(line));

const UNIT: Readonly<Record<string, number>> = { "": 1, "KiB": 2 ** 10, "MiB": 2 ** 20 };

/** The number that a source file gives to a constant. */
function readConstant(path: string, name: string): number | undefined {
  const [, product] =
    new RegExp(`^(?:export )?const ${name} = ([\\d_ *]+);$`, "m").exec(readFileSync(path, "utf8")) ?? [];
  return product?.split("*").reduce((all, factor) => all * Number(factor.replaceAll("_", "")), 1);
}

describe("the README's page on security", () => {
  it.each(rowsOf(threats))("names tests that are there: %s", (row) => {
    const named = [...row.matchAll(/`(test\/[^`]+)`/g)].map(([, path]) => path as string);
    expect(named.length).toBeGreaterThan(0);
    for (const path of named) expect(existsSync(path), path).toBe(true);
  });

  it.each(rowsOf(limits))("says the limit that the code has: %s", (row) => {
    const [, amount, unit = "", name = "", file = ""] =
      /\| (\d+)(?: (KiB|MiB))? \| `(\w+)` in `([^`]+)` \|$/.exec(row) ?? [];
    expect(readConstant(`src/${file}`, name)).toBe(Number(amount) * (UNIT[unit] ?? Number.NaN));
  });

  it("has rows of both kinds", () => {
    expect(rowsOf(threats).length).toBeGreaterThan(8);
    expect(rowsOf(limits).length).toBeGreaterThan(25);
  });
});
