import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { withLock } from "./bootstrap/set-up-lock.mjs";

const lockFile = (name: string) =>
  join(tmpdir(), `warm-rig-${createHash("sha256").update(name).digest("hex").slice(0, 12)}.lock`);

test("work under one name is done one after the other", async () => {
  let atWork = 0;
  const work = async () => {
    expect(++atWork).toBe(1);
    await sleep(20);
    atWork--;
  };
  await Promise.all([withLock("one", work), withLock("one", work), withLock("one", work)]);
  expect(existsSync(lockFile("one"))).toBe(false);
});

test("the lock of a dead process is broken", async () => {
  const dead = spawnSync("true").pid;
  writeFileSync(lockFile("dead"), `${dead}\n`);
  expect(await withLock("dead", async () => "done")).toBe("done");
});

test("failing work gives the lock back", async () => {
  await expect(withLock("failing", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  expect(existsSync(lockFile("failing"))).toBe(false);
});
