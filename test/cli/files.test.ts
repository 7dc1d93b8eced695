import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startWarm } from "../rig/run-warm.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-files-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const warm = (...args: string[]) => startWarm(args, dir).result;
const write = (name: string, text: string) => writeFileSync(join(dir, name), text);
const read = (name: string) => readFileSync(join(dir, name), "utf8");

const BROKEN = "version: 1\nproject: demo\ntemplate: {}\nprune: maybe\n";

describe("warm init", () => {
  it("writes a file that validates", async () => {
    const written = await warm("init");
    expect(written).toMatchObject({ code: 0, stderr: "" });
    expect(written.stdout).toBe("Wrote warm.yaml. Change its images to yours, then run `warm plan`.\n");
    expect(await warm("validate")).toMatchObject({ code: 0, stdout: "warm.yaml is valid.\n", stderr: "" });
  });

  it.each([
    ["a file", () => write("warm.yaml", "mine\n")],
    ["an empty file", () => write("warm.yaml", "")],
    ["a link to nowhere", () => symlinkSync("elsewhere", join(dir, "warm.yaml"))],
  ])("never writes over %s", async (_name, make) => {
    make();
    const before = existsSync(join(dir, "warm.yaml")) ? read("warm.yaml") : undefined;
    const { code, stderr } = await warm("init");
    expect(code).toBe(64);
    expect(stderr).toContain("error: warm.yaml is there already");
    expect(existsSync(join(dir, "elsewhere"))).toBe(false);
    if (before !== undefined) expect(read("warm.yaml")).toBe(before);
  });

  it("writes the file that --file names", async () => {
    expect((await warm("init", "--file", "other.yaml")).code).toBe(0);
    expect((await warm("--file", "other.yaml", "validate")).stdout).toBe("other.yaml is valid.\n");
  });
});

describe("warm validate tells every problem", () => {
  beforeEach(() => write("warm.yaml", BROKEN));

  it("to people: the place, the line and what to do on stdout, the count on stderr", async () => {
    const { code, stdout, stderr } = await warm("validate");
    expect(code).toBe(3);
    expect(stdout).toContain("warm.yaml:3:1 template: unknown key `template`\n  3 | template: {}\n    | ^");
    expect(stdout).toContain("hint: did you mean `templates`?");
    expect(stdout).toContain("warm.yaml:4:8 prune: ");
    expect(stderr).toBe("warm.yaml has 2 problems\n");
  });

  it("to tools, as one line of JSON and nothing else", async () => {
    const { code, stdout, stderr } = await warm("validate", "--format", "json");
    expect({ code, stderr, lines: stdout.trimEnd().split("\n").length }).toEqual({
      code: 3,
      stderr: "",
      lines: 1,
    });
    const { valid, problems } = JSON.parse(stdout);
    expect(valid).toBe(false);
    expect(problems).toMatchObject([
      { file: "warm.yaml", line: 3, column: 1, rule: "unknown-key", field: "template" },
      { file: "warm.yaml", line: 4, column: 8, field: "prune" },
    ]);
  });

  it("to GitHub, as annotations", async () => {
    const { code, stdout } = await warm("validate", "--format", "github");
    expect(code).toBe(3);
    const lines = stdout.trimEnd().split("\n");
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^::error file=warm\.yaml,line=3,col=1,title=\S.*::template: unknown key/);
  });

  it("and a valid file is valid in every format", async () => {
    await warm("init", "--file", "good.yaml");
    const validate = (format: string) => warm("--file", "good.yaml", "validate", "--format", format);
    expect(await validate("json")).toMatchObject({
      code: 0,
      stdout: '{"valid":true,"problems":[]}\n',
      stderr: "",
    });
    expect(await validate("github")).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("of a file that is not there too, with a way to get one", async () => {
    const { code, stdout } = await warm("validate", "--file", "none.yaml");
    expect(code).toBe(3);
    expect(stdout).toContain("none.yaml:1:1: the file does not exist");
    expect(stdout).toContain("`warm init`");
  });
});

describe("warm schema prints", () => {
  it.each([
    [[], "warm"],
    [["warm"], "warm"],
    [["plan"], "plan"],
  ])("%j: the schema of %s", async (args, name) => {
    const { code, stdout } = await warm("schema", ...args);
    expect(code).toBe(0);
    expect(stdout).toBe(readFileSync(`schemas/${name}.schema.json`, "utf8"));
    expect(JSON.parse(stdout)).toHaveProperty("$schema");
  });
});
