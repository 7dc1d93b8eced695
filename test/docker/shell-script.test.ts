import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandScript, quoteWord, writeFileScript } from "../../src/docker/exec/shell-script.js";

const word = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.stringMatching(/^[-'"`$\\;&|<>(){}\n\t ~*?#!=%a]{0,12}$/),
);
const argument = word.filter((text) => !text.includes("\0") && Buffer.from(text).toString() === text);

const shells = ["dash", "bash", "busybox"].filter(
  (shell) => spawnSync(shell, ["--help"]).error === undefined,
);

/** Reads the script from its input, as the kept shell does. */
function runScript(shell: string, script: string) {
  const args = shell === "busybox" ? ["sh"] : [];
  const { stdout, stderr, status } = spawnSync(shell, args, {
    input: `${script}\n`,
    env: { PATH: process.env.PATH },
  });
  return { stdout, stderr: stderr.toString(), status };
}

describe.each(shells)("in %s", (shell) => {
  let dir: string;
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), "warm-script-"));
  });
  afterAll(() => rmSync(dir, { recursive: true }));

  it("words reach a program as they are", () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 4 }), (args) => {
        const { stdout } = runScript(shell, commandScript([process.execPath, "-e", SHOW, "--", ...args]));
        expect(JSON.parse(stdout.toString())).toEqual(args);
      }),
      { numRuns: 25 },
    );
  });

  it("a variable's value reaches a program as it is", () => {
    fc.assert(
      fc.property(argument, (value) => {
        const { stdout } = runScript(
          shell,
          commandScript(["/usr/bin/printenv", "WARM_TEST"], { WARM_TEST: value }),
        );
        expect(stdout.toString()).toBe(`${value}\n`);
      }),
      { numRuns: 40 },
    );
  });

  it.each(["eval", "exec", ".", "command", "export", "trap", "if", "{", "function"])(
    "`%s` is the name of a program, and there is none",
    (name) => {
      const { stdout, status } = runScript(shell, commandScript([name, "echo harm"]));
      expect(stdout.toString()).toBe("");
      expect(status).not.toBe(0);
    },
  );

  it("files hold the bytes that were given, whatever they are", () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), argument), (content) => {
        const path = join(dir, "deep/er", "a file's name");
        const { status, stderr } = runScript(shell, writeFileScript(path, content, ".tmp", 0o640));
        expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
        expect(readFileSync(path).equals(Buffer.from(content as string))).toBe(true);
        expect(statSync(path).mode & 0o777).toBe(0o640);
      }),
      { numRuns: 40 },
    );
    expect(execFileSync("ls", ["-A", join(dir, "deep/er")]).toString()).toBe("a file's name\n");
  });

  it("all 256 bytes come through, and a file can be made executable", () => {
    const bytes = Uint8Array.from({ length: 1024 }, (_, index) => index % 256);
    const path = join(dir, "bytes");
    runScript(shell, writeFileScript(path, bytes, ".tmp", 0o755));
    expect(readFileSync(path).equals(Buffer.from(bytes))).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o755);
  });

  it("a folder is not written over", () => {
    const { status, stderr } = runScript(shell, writeFileScript(dir, "text", ".tmp"));
    expect(status).not.toBe(0);
    expect(stderr).toContain("it is a folder");
  });
});

/** Prints the arguments behind `--`. */
const SHOW = "process.stdout.write(JSON.stringify(process.argv.slice(1)))";

it("a NUL cannot be a part of a word", () => {
  expect(() => quoteWord("a\0b")).toThrow(expect.objectContaining({ code: "rejected" }));
});

it.each([[[]], [[""]], [["-c", "harm"]]])("%j is no command", (command) => {
  expect(() => commandScript(command)).toThrow(expect.objectContaining({ code: "rejected" }));
});

it.each(["", "1A", "A-B", "A=B", "A;B", "A B", "Ä"])("`%s` is no name of a variable", (name) => {
  expect(() => commandScript(["true"], { [name]: "x" })).toThrow(
    expect.objectContaining({ code: "rejected" }),
  );
});
