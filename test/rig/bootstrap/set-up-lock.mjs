import { createHash, randomUUID } from "node:crypto";
import { linkSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./is-alive.mjs";
import { tempDirPrefix } from "./temp-dirs.mjs";

/** No step under the lock takes this long; an older file means that its pid now belongs to another process. */
const oldestHolderMs = 30 * 60_000;

/**
 * Runs `work` while no other process of this machine runs work under the same name.
 *
 * The lock is a file that holds the holder's pid. It appears complete (`link` of a written file), so a reader
 * never sees it empty, and a dead holder's file is renamed away before it is judged again: of two waiters that
 * find it stale, only one can take it.
 * @template T
 * @param {string} name anything; the file's name is made from its hash
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function withLock(name, work) {
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 12);
  const file = join(tmpdir(), `warm-rig-${hash}.lock`);
  await acquire(file);
  const release = () => rmSync(file, { force: true });
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/** @param {string} file */
async function acquire(file) {
  const own = `${tempDirPrefix("lock")}${randomUUID()}`;
  writeFileSync(own, `${process.pid}\n`);
  try {
    for (let tries = 0; !tryLink(own, file); tries++) {
      const holder = readHolder(file);
      if (holder === "gone") continue;
      if (holder === "stale") breakLock(file);
      else {
        if (tries === 0)
          console.error(`warm rig: waiting for process ${holder}, which is setting up (${file})`);
        await sleep(200);
      }
    }
  } finally {
    rmSync(own, { force: true });
  }
}

/**
 * @param {string} from
 * @param {string} to
 */
function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") return false;
    throw error;
  }
}

/**
 * @param {string} file
 * @returns {number | "stale" | "gone"} the pid of a living holder
 */
function readHolder(file) {
  try {
    const pid = Number(readFileSync(file, "utf8"));
    const isYoung = Date.now() - statSync(file).mtimeMs < oldestHolderMs;
    return isYoung && isAlive(pid) ? pid : "stale";
  } catch {
    return "gone";
  }
}

/** @param {string} file */
function breakLock(file) {
  const aside = `${tempDirPrefix("lock")}${randomUUID()}`;
  try {
    renameSync(file, aside);
  } catch {
    return; // another waiter was faster
  }
  // Between our look and the rename another waiter may have broken it and taken it: then it goes back.
  if (typeof readHolder(aside) === "number") tryLink(aside, file);
  rmSync(aside, { force: true });
}
