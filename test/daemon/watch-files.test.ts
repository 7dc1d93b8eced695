import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { type FileWatch, watchFiles } from "../../src/daemon/triggers/watch-files.js";

let directory: string;
let file: string;
let watching: FileWatch;
let calls: number;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "watch-files-"));
  file = join(directory, "warm.yaml");
  writeFileSync(file, "1");
  watching = watchFiles(
    file,
    () => calls++,
    (error) => expect.unreachable(error.message),
  );
  // Nothing tells when the system's watches stand.
  await sleep(300);
});
afterEach(async () => {
  await watching.close();
  rmSync(directory, { recursive: true });
});

async function expectNoticed(what: string, act: () => void): Promise<void> {
  await sleep(200);
  calls = 0;
  act();
  await expect.poll(() => calls, { timeout: 2_000, message: what }).toBeGreaterThan(0);
}

const save = () => writeFileSync(file, `${Math.random()}`);
const rename = () => {
  writeFileSync(join(directory, ".new"), `${Math.random()}`);
  renameSync(join(directory, ".new"), file);
};

it("notices a file that is saved, renamed into its place, deleted and made anew, again and again", async () => {
  for (const round of [1, 2]) {
    await expectNoticed(`save ${round}`, save);
    await expectNoticed(`rename ${round}`, rename);
    await expectNoticed(`removal ${round}`, () => rmSync(file));
    await expectNoticed(`making ${round}`, save);
  }
});

it("notices a directory in its place, the file that takes that place, and each save after it", async () => {
  await expectNoticed("removal", () => rmSync(file));
  await expectNoticed("directory", () => mkdirSync(file));
  await expectNoticed("file", () => {
    rmdirSync(file);
    rename();
  });
  await expectNoticed("save", save);
  await expectNoticed("rename", rename);
});
