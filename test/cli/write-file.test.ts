import {
  chmodSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { writeFileWhole } from "../../src/cli/write-file.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-write-"));
  path = join(dir, "plan.json");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("a plan that is written to a file", () => {
  it.each([0o000, 0o077])("is its owner's alone, also where a wider one was (umask %o)", (mask) => {
    writeFileSync(path, "an older plan");
    chmodSync(path, 0o666);
    const before = process.umask(mask);
    try {
      writeFileWhole(path, "{}", 0o600);
    } finally {
      process.umask(before);
    }
    expect(lstatSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["plan.json"]);
  });

  it("follows a link of its owner", () => {
    writeFileSync(join(dir, "real.json"), "");
    symlinkSync("real.json", path);
    writeFileWhole(path, "{}", 0o600);
    expect(readFileSync(join(dir, "real.json"), "utf8")).toBe("{}");
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)("follows no link that somebody else has put there", () => {
    mkdirSync(join(dir, "home"));
    const precious = join(dir, "home", ".bashrc");
    writeFileSync(precious, "mine");
    symlinkSync(precious, path);
    lchownSync(path, 12_345, 12_345);
    // The kernel would refuse this one, too, in a folder like /tmp: it is not asked, since the link is read and not followed.
    expect(() => writeFileWhole(path, "{}", 0o600)).toThrow(
      expect.objectContaining({ code: "usage", message: expect.stringContaining("a link of another user") }),
    );
    expect(readFileSync(precious, "utf8")).toBe("mine");
  });
});
