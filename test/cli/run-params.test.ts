import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { hasObjects, readEach } from "../../src/cli/run/read-each.js";
import { readParams } from "../../src/cli/run/read-params.js";

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "warm-params-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const read = (file: string, param: string | undefined, content: string | Buffer) => {
  writeFileSync(join(directory, file), content);
  return readEach(file, param, directory);
};
const each = (content: string | Buffer) => read("seeds.txt", "seed", content);
const lines = (content: string | Buffer) => read("seeds.jsonl", undefined, content);
const seeds = async (content: string | Buffer) => (await each(content)).params.map(({ seed }) => seed);

describe("name=value", () => {
  it("gives all that follows the first = as it stands", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(readParams([`seed=${value}`, "n=5"])).toEqual({ seed: value, n: "5" });
      }),
    );
  });

  it("is refused without a name, without a =, and twice, all at once", () => {
    expect(() => readParams(["seed=a", "MySeed", "=x", "seed=b", "ok=1"])).toThrow(
      expect.objectContaining({
        code: "usage",
        message: "MySeed: is not `name=value`\n=x: is not `name=value`\nseed: is given twice",
      }),
    );
  });

  it("has no name that means more than a name", () => {
    const params = readParams(["__proto__=x", "constructor=y"]);
    expect(Object.entries(params)).toEqual([
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });
});

describe("a file with a job a line", () => {
  it("gives each line as it stands, whatever ends it", async () => {
    expect(await seeds("a\r\n b \n-c\n$(reboot)\n#d\n日本")).toEqual([
      "a",
      " b ",
      "-c",
      "$(reboot)",
      "#d",
      "日本",
    ]);
  });

  it("loses no value that has no line end in it", async () => {
    const value = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[\r\n]/.test(text));
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1 }), async (values) => {
        const expected = values.map((text, index) => (index === 0 ? text.replace(/^\ufeff/, "") : text));
        fc.pre(expected.every((text) => text !== ""));
        expect(await seeds(values.join("\n"))).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  it("skips empty lines and says how many; a line feed at the end is none", async () => {
    expect(await each("\na\n\r\n\nb\n")).toEqual({ params: [{ seed: "a" }, { seed: "b" }], skipped: 3 });
  });

  it("may begin with a byte order mark, which is no part of the first value", async () => {
    expect(await seeds("\ufeffa\n\ufeffb")).toEqual(["a", "\ufeffb"]);
  });

  it("is refused with the lines that are no UTF-8", async () => {
    const bytes = Buffer.concat([Buffer.from("a\n"), Buffer.from([0xff, 0x0a]), Buffer.from("b\n")]);
    await expect(each(bytes)).rejects.toMatchObject({ code: "usage", message: "seeds.txt:2: is no UTF-8" });
  });

  it("is refused when it names nothing, or is not there", async () => {
    await expect(each("\n\n")).rejects.toMatchObject({ message: expect.stringContaining("names no job") });
    await expect(readEach("nope.txt", "seed", directory)).rejects.toMatchObject({
      code: "usage",
      message: expect.stringContaining("cannot read nope.txt: ENOENT"),
    });
  });
});

describe("a .jsonl file", () => {
  it("has an object of parameters a line", async () => {
    expect(hasObjects("a/seeds.jsonl")).toBe(true);
    expect(await lines('{"seed":"a\\n","size":5,"flat":true}\r\n  \n{"seed":""}')).toEqual({
      params: [{ seed: "a\n", size: 5, flat: true }, { seed: "" }],
      skipped: 1,
    });
  });

  it("is refused with file and line of everything that is wrong", async () => {
    await expect(lines('{"seed":"a"}\n{"seed":\n["b"]\nnull\n{"seed":["c"]}\n"d"')).rejects.toMatchObject({
      code: "usage",
      message: [
        "seeds.jsonl:2: is no JSON",
        "seeds.jsonl:3: is no JSON object of parameters",
        "seeds.jsonl:4: is no JSON object of parameters",
        "seeds.jsonl:5: seed: is neither a text nor a number nor true or false",
        "seeds.jsonl:6: is no JSON object of parameters",
      ].join("\n"),
    });
  });

  it("that is all wrong is not answered with a book", async () => {
    const message = await lines("x\n".repeat(1_000)).then(String, (error: Error) => error.message);
    expect(message.split("\n")).toHaveLength(21);
    expect(message).toContain("and 980 more problems");
  });
});
