import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../../rig/sandbox.js";

/** Folders on a disk of their own each, which is soon full. */
export interface SmallDisks {
  readonly state: string;
  readonly data: string;
}

const SIZE = "8m";
const PAGE = Buffer.alloc(4_096);

/** Mounts the state directory and the data directory of a sandbox. They go with the mount namespace. */
export function mountSmallDisks({ dir }: Sandbox): SmallDisks {
  const disks = { state: join(dir, ".warm"), data: join(dir, "data") };
  for (const disk of Object.values(disks)) {
    mkdirSync(disk);
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${SIZE},mode=700`, "warm-chaos", disk]);
  }
  return disks;
}

/** Leaves not one byte for so long. */
export async function fillDisk(disk: string, forMs: number): Promise<void> {
  const ballast = join(disk, `ballast-${process.hrtime.bigint()}`);
  const file = openSync(ballast, "w");
  try {
    for (;;) writeSync(file, PAGE);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  } finally {
    closeSync(file);
  }
  await sleep(forMs);
  rmSync(ballast);
}

export function unmountSmallDisks(disks: SmallDisks): void {
  for (const disk of Object.values(disks)) execFileSync("umount", ["--lazy", disk]);
}
