import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { sha256 } from "../../../src/model/canonical.js";
import { rawArchive } from "../outputs/archives.js";
import { exportTo } from "../outputs/export.js";
import { temporaryFolder } from "./folders.js";
import { aManifest, openedDirectory, publishFiles } from "./results.js";

/** A disk of 1 MiB; undefined where none may be mounted. */
function mountSmallDisk(): string | undefined {
  const dir = temporaryFolder();
  if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", dir]).status !== 0) return undefined;
  onTestFinished(() => void execFileSync("umount", ["-l", dir]));
  return dir;
}

/** Or skips the test, which says why. */
function smallDisk(skip: (why: string) => void): string {
  const dir = mountSmallDisk();
  if (dir === undefined) skip("only root may mount the small disk that this test fills");
  return dir ?? "";
}

describe("a full disk", () => {
  test("ends an export with its own error, and discarding gives the space back", async ({ skip }) => {
    const data = await openedDirectory(smallDisk(skip));
    const staging = await data.stage("job-1");
    const archive = rawArchive({ name: "large", type: "0", content: Buffer.alloc(2 ** 21, "x") });
    await expect(exportTo(staging.dir, archive)).rejects.toMatchObject({
      code: "disk-full",
      hint: expect.stringContaining("free some space"),
    });
    await staging.discard();
    await publishFiles(data, "k", { a: "x".repeat(500_000) });
  });

  test("ends a publishing with its own error, and leaves the old result", async ({ skip }) => {
    const dir = smallDisk(skip);
    const data = await openedDirectory(dir);
    const before = await publishFiles(data, "k", { a: "x".repeat(300_000) });
    const staging = await data.stage("job-2");
    fill(staging.dir);
    await expect(data.publish(staging, aManifest(sha256("k")), [])).rejects.toMatchObject({
      code: "disk-full",
    });
    expect(await data.find(sha256("k"), { verify: true })).toEqual(before);
    await staging.discard();
    expect(readdirSync(join(dir, ".staging"))).toEqual([]);
  });

  test("can be pruned, and opened", async ({ skip }) => {
    const dir = smallDisk(skip);
    const data = await openedDirectory(dir);
    await publishFiles(data, "k", { a: "x".repeat(300_000) });
    fill(dir);
    await data.open();
    await data.touch(sha256("k"));
    expect(await data.prune(0, new Set())).toHaveLength(1);
    await publishFiles(data, "k", { a: "x".repeat(200_000) });
  });
});

test("a data directory on two file systems is refused", async ({ skip }) => {
  const dir = temporaryFolder();
  const other = smallDisk(skip);
  mkdirSync(join(other, "seeds"));
  symlinkSync(join(other, "seeds"), join(dir, "seeds"));
  await expect(openedDirectory(dir)).rejects.toThrow("are on different file systems");
});

test("a data directory that is a file is refused", async () => {
  const path = join(temporaryFolder(), "file");
  writeFileSync(path, "");
  await expect(openedDirectory(path)).rejects.toMatchObject({
    code: "rejected",
    message: expect.stringContaining(`cannot use the data directory ${path}: `),
  });
  rmSync(path);
});

/** Writes until nothing more fits. */
function fill(dir: string): void {
  for (const bytes of [65_536, 4096, 1]) {
    for (let count = 0; ; count += 1) {
      try {
        writeFileSync(join(dir, `fill-${bytes}-${count}`), Buffer.alloc(bytes, "x"));
      } catch {
        break;
      }
    }
  }
}
