import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkPrivate } from "../../src/apply/revisions/private-folder.js";
import { openRequestFiles } from "../../src/daemon/requests/request-files.js";
import { stateDirectory } from "../../src/daemon/state/state-directory.js";
import { openJobFiles } from "../../src/jobs/job-files.js";
import { openJournal } from "../../src/pool/journal/journal.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "warm-private-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const modeOf = (...path: string[]) => lstatSync(join(dir, ...path)).mode & 0o777;
const refused = (why: string) => ({
  code: "rejected",
  message: expect.stringContaining(why),
  hint: expect.any(String),
});

describe("the state directory", () => {
  it.each([0o000, 0o022, 0o077])("is its owner's alone, whatever the umask (%o)", async (mask) => {
    const before = process.umask(mask);
    try {
      await stateDirectory(dir, undefined, dir).write("pause.json", {});
    } finally {
      process.umask(before);
    }
    expect(modeOf(".warm")).toBe(0o700);
    for (const name of readdirSync(join(dir, ".warm"))) expect(modeOf(".warm", name)).toBe(0o600);
  });

  it("gets no file of a wider mode from one that was there", async () => {
    mkdirSync(join(dir, ".warm"));
    writeFileSync(join(dir, ".warm", "pause.json"), "{}");
    chmodSync(join(dir, ".warm", "pause.json"), 0o666);
    await stateDirectory(dir, undefined, dir).write("pause.json", {});
    expect(modeOf(".warm", "pause.json")).toBe(0o600);
  });

  it("is none that a checkout has brought as a link", async () => {
    const precious = mkdtempSync(join(dir, "precious-"));
    symlinkSync(precious, join(dir, ".warm"));
    const writing = stateDirectory(dir, undefined, dir).write("pause.json", {});
    await expect(writing).rejects.toMatchObject(refused("is a symbolic link"));
    expect(readdirSync(precious)).toEqual([]);
  });

  it("may be behind a link that was named", async () => {
    const there = mkdtempSync(join(dir, "there-"));
    symlinkSync(there, join(dir, "state"));
    await stateDirectory(dir, "state", dir).write("pause.json", {});
    expect(existsSync(join(there, "pause.json"))).toBe(true);
  });

  it("is none that everybody may write to, also for root", async () => {
    const open = mkdtempSync(join(dir, "open-"));
    chmodSync(open, 0o1777);
    const writing = stateDirectory(dir, open, dir).write("pause.json", {});
    await expect(writing).rejects.toMatchObject(refused("everybody may write"));
    expect(readdirSync(open)).toEqual([]);
  });

  it.runIf(process.getuid?.() === 0)("is none of another user, unless root says so", async () => {
    const theirs = mkdtempSync(join(dir, "theirs-"));
    chownSync(theirs, 12_345, 12_345);
    const checking = checkPrivate(theirs, { mayBeLink: false, uid: 54_321 });
    await expect(checking).rejects.toMatchObject(refused("belongs to another user"));
    await checkPrivate(theirs, { mayBeLink: false, uid: 0 });
    // What root has made for a service, its group may write to.
    chownSync(theirs, 0, 0);
    await checkPrivate(theirs, { mayBeLink: false, uid: 54_321 });
  });
});

describe("a folder of the state directory that is a link", () => {
  let precious: string;
  beforeEach(() => {
    precious = mkdtempSync(join(dir, "precious-"));
    writeFileSync(join(precious, "thesis.txt"), "years of work");
    symlinkSync(precious, join(dir, "link"));
  });
  afterEach(() => expect(readdirSync(precious)).toEqual(["thesis.txt"]));

  it("is refused where jobs are kept, and nothing behind it is swept", async () => {
    const files = openJobFiles(join(dir, "link"));
    await expect(files.load()).rejects.toMatchObject(refused("is a symbolic link"));
  });

  it("is refused where requests are kept", async () => {
    const files = openRequestFiles(join(dir, "link"));
    await expect(files.load()).rejects.toMatchObject(refused("is a symbolic link"));
    const request = {
      kind: "template",
      id: "a",
      image: "x:1",
      blob: "y:1",
      since: "",
      expiresAt: "",
    } as const;
    await expect(files.write(request)).rejects.toMatchObject(refused("is a symbolic link"));
  });

  it("is refused where the journal is kept", async () => {
    const opening = openJournal(join(dir, "link", "journal"), { onProblem: () => undefined });
    await expect(opening).rejects.toMatchObject(refused("is a symbolic link"));
  });
});

describe("the journal", () => {
  it.each([0o000, 0o077])("is its owner's alone, whatever the umask (%o)", async (mask) => {
    const before = process.umask(mask);
    try {
      const { journal } = await openJournal(join(dir, "engines", "journal"), { onProblem: () => undefined });
      await journal.close();
    } finally {
      process.umask(before);
    }
    expect(modeOf("engines")).toBe(0o700);
    expect(modeOf("engines", "journal")).toBe(0o600);
    expect(statSync(join(dir, "engines")).isDirectory()).toBe(true);
  });
});
