/** Between asking and killing. */
const GRACE_MS = 2_000;
/** Of a process that the system does not let go of. */
const STUCK_MS = 5_000;

/**
 * Ends a process group: SIGTERM, and 2 s later SIGKILL.
 * @param ended of its first process
 * @returns undefined when not even that ended it
 */
export async function endGroup<End>(pid: number | undefined, ended: Promise<End>): Promise<End | undefined> {
  killGroup(pid, "SIGTERM");
  const asked = await within(ended, GRACE_MS);
  if (asked !== undefined) return asked;
  killGroup(pid, "SIGKILL");
  return within(ended, STUCK_MS);
}

export function killGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // It has ended.
  }
}

/** @returns undefined when it takes longer */
export async function within<Value>(value: Promise<Value>, ms: number): Promise<Value | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}
