import { execFileSync } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openJournal } from "../../src/pool/journal/journal.js";
import { formatLine } from "../../src/pool/journal/journal-line.js";
import type { JournalRecord } from "../../src/pool/journal/journal-record.js";
import { readJournal } from "../../src/pool/journal/read-journal.js";

let folder: string;
let path: string;
let problems: string[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "warm-journal-"));
  path = join(folder, "state", "engines.journal");
  problems = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = () => openJournal(path, { onProblem: (sentence) => problems.push(sentence) });
const gone = (containerId: string): JournalRecord => ({ k: "gone", containerId });
const ids = (records: readonly JournalRecord[]) =>
  records.map((record) => record.k === "gone" && record.containerId);

async function written(...names: string[]): Promise<void> {
  const { journal } = await open();
  for (const name of names) journal.append(gone(name));
  await journal.close();
}

it("makes a journal that only its owner reads, and gives back what was appended", async () => {
  await written("a", "b ü \n 🎉");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const { records, journal } = await open();
  await journal.close();
  expect(records).toEqual([gone("a"), gone("b ü \n 🎉")]);
  expect(journal.bytes).toBe((await stat(path)).size);
});

it("drops a last record that was cut off at any byte without a word, and appends after the whole ones", async () => {
  await written("a", "b", "the last one");
  const whole = await readFile(path);
  const last = whole.lastIndexOf("\n", whole.length - 2) + 1;
  for (let bytes = last; bytes < whole.length; bytes += 1) {
    await writeFile(path, whole);
    await truncate(path, bytes);
    const { records, journal } = await open();
    expect(ids(records)).toEqual(["a", "b"]);
    journal.append(gone("c"));
    await journal.close();
    expect(ids((await readJournal(path)).records)).toEqual(["a", "b", "c"]);
  }
  expect(problems).toEqual([]);
});

it("drops a tail of zeros, as a power cut leaves one", async () => {
  await written("a");
  await appendFile(path, Buffer.alloc(5_000));
  await written("b");
  expect(ids((await readJournal(path)).records)).toEqual(["a", "b"]);
  expect(problems).toEqual([]);
});

it("reports a damaged record in the middle with its line, and keeps the rest", async () => {
  await written("a", "b", "c");
  const bytes = await readFile(path);
  for (let at = bytes.indexOf("\n") + 1; bytes[at] !== 0x0a; at += 1) {
    const damaged = Buffer.from(bytes);
    damaged[at] = (damaged[at] ?? 0) ^ 0x80;
    await writeFile(path, damaged);
    problems = [];
    const { records, journal } = await open();
    await journal.close();
    expect(ids(records)).toEqual(["a", "c"]);
    expect(problems).toEqual([`${path}:2: this record is not what was written there, and is lost`]);
  }
});

it("writes all that is appended at once, or meanwhile, with one wait for the disk", async () => {
  const { journal } = await open();
  for (let count = 0; count < 1_000; count += 1) journal.append(gone(`${count}`));
  await journal.flushed();
  expect(journal.syncs).toBe(1);
  const first = journal.append(gone("x"));
  const flushed = journal.flushed();
  await new Promise((resolve) => setImmediate(resolve));
  await new Promise((resolve) => setImmediate(resolve));
  const more = Array.from({ length: 64 }, (_, index) => {
    journal.append(gone(`more ${index}`));
    return journal.flushed();
  });
  await Promise.all([first, flushed, ...more]);
  expect(journal.syncs).toBeLessThanOrEqual(3);
  expect((await readJournal(path)).records).toHaveLength(1_065);
  await journal.close();
});

it("has on the disk what it says it has", async () => {
  const { journal } = await open();
  for (let count = 0; count < 50; count += 1) {
    journal.append(gone(`${count}`));
    await journal.flushed();
    expect((await readJournal(path)).records).toHaveLength(count + 1);
  }
  await journal.close();
});

it("gets to the disk by itself what nobody waits for", async () => {
  const { journal } = await open();
  journal.append(gone("a"));
  await expect.poll(() => journal.syncs).toBe(1);
  expect(ids((await readJournal(path)).records)).toEqual(["a"]);
  await journal.close();
});

it("puts a compacted journal in place of itself, with what is appended meanwhile behind it", async () => {
  const { journal } = await open();
  for (let count = 0; count < 100; count += 1) journal.append(gone(`old ${count}`));
  const covered = journal.flushed();
  const compacted = journal.compact([gone("kept")]);
  journal.append(gone("new"));
  await Promise.all([covered, compacted, journal.flushed()]);
  journal.append(gone("newer"));
  await journal.close();
  expect(ids((await readJournal(path)).records)).toEqual(["kept", "new", "newer"]);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

it("keeps the last of several compactions, and every record behind it", async () => {
  const { journal } = await open();
  const work = [journal.compact([gone("first")])];
  journal.append(gone("between"));
  work.push(journal.compact([gone("second")]), journal.flushed());
  journal.append(gone("after"));
  work.push(journal.flushed());
  await Promise.all(work);
  await journal.close();
  expect(ids((await readJournal(path)).records)).toEqual(["second", "after"]);
});

it("goes on with the old journal when a compaction fails", async () => {
  const { journal } = await open();
  journal.append(gone("a"));
  await journal.flushed();
  // A folder in the way of the new file.
  await mkdir(join(`${path}.new`, "x"), { recursive: true });
  journal.append(gone("b"));
  const flushed = journal.flushed();
  await expect(journal.compact([gone("never")])).rejects.toMatchObject({ code: "rejected" });
  await flushed;
  journal.append(gone("c"));
  await journal.flushed();
  await journal.close();
  expect(ids((await readJournal(path)).records)).toEqual(["a", "b", "c"]);
  expect(problems).toHaveLength(1);
});

it("refuses to open what is no file that it may write", async () => {
  await mkdir(path, { recursive: true });
  await expect(open()).rejects.toMatchObject({ code: "rejected" });
});

it("is nothing to read where there is none", async () => {
  expect((await readJournal(join(folder, "none"))).records).toEqual([]);
});

const canMount = (() => {
  try {
    execFileSync("unshare", ["--mount", "true"], { stdio: "ignore" });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
})();

it.skipIf(!canMount)(
  "fails whoever waits on a full disk, loses nothing, and writes it all once there is room",
  async () => {
    const mount = join(folder, "state");
    await mkdir(mount);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k,mode=700", "tmpfs", mount]);
    try {
      const { journal } = await open();
      journal.append(gone("first"));
      await journal.flushed();
      await writeFile(join(mount, "filler"), Buffer.alloc(56 * 1024));
      for (let count = 0; count < 200; count += 1) journal.append(gone(`record ${count} ${"x".repeat(80)}`));
      await expect(journal.flushed()).rejects.toMatchObject({ code: "disk-full" });
      journal.append(gone("one more"));
      await expect(journal.flushed()).rejects.toMatchObject({ code: "disk-full" });
      await expect(journal.compact([gone("x".repeat(60_000))])).rejects.toMatchObject({ code: "disk-full" });
      expect(problems).toHaveLength(1);
      // What a crash would find now: whole records, none out of order.
      expect(ids((await readJournal(path)).records)[0]).toBe("first");
      await rm(join(mount, "filler"));
      await journal.flushed();
      await journal.close();
      const { records, corruptLines } = await readJournal(path);
      expect([records.length, corruptLines, ids(records).at(-1)]).toEqual([202, [], "one more"]);
    } finally {
      execFileSync("umount", ["-l", mount]);
    }
  },
);

it("opens a hundred thousand records within a second of the processor", async () => {
  const step = {
    at: "2026-03-02T08:00:00.000Z",
    from: "ready",
    to: "leased",
    reason: "leased to ci-17",
  } as const;
  const record: JournalRecord = {
    ...{
      k: "engine",
      pool: "valheim",
      containerId: "c".repeat(64),
      slot: 1,
      state: "leased",
      jobs: 7,
      due: undefined,
    },
    step,
  };
  await mkdir(join(folder, "state"));
  await writeFile(path, formatLine(record).repeat(100_000));
  const before = process.cpuUsage();
  const { records, journal } = await open();
  const used = process.cpuUsage(before);
  await journal.close();
  expect(records).toHaveLength(100_000);
  expect((used.user + used.system) / 1_000).toBeLessThan(1_000);
});
