import { readdirSync, readFileSync } from "node:fs";

const LOOK_EVERY_MS = 10;
const KIB_PER_MIB = 1024;

/**
 * Follows the memory of a process and of all that it starts, by what the kernel keeps of each one's peak (Linux).
 * @returns ends it: the sum of the peaks, in MiB. A process that lives for less than 10 ms may be missed.
 */
export function watchMemory(pid: number): () => number {
  const peaks = new Map<number, number>();
  const look = () => {
    for (const one of familyOf(pid)) {
      const peak = readPeakKib(one);
      if (peak !== undefined) peaks.set(one, peak);
    }
  };
  look();
  const timer = setInterval(look, LOOK_EVERY_MS);
  return () => {
    clearInterval(timer);
    return [...peaks.values()].reduce((sum, peak) => sum + peak, 0) / KIB_PER_MIB;
  };
}

/** Each thread knows the children that it started. */
function familyOf(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, "utf8").split(" ").filter(Boolean).map(Number),
    );
    return [pid, ...children.flatMap(familyOf)];
  } catch {
    return []; // it has ended
  }
}

function readPeakKib(pid: number): number | undefined {
  try {
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) || undefined;
  } catch {
    return undefined;
  }
}
