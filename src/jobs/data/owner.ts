import { lstat, readFile, readlink, symlink } from "node:fs/promises";
import { hostname } from "node:os";

/** Who works in a staging folder. A process id alone is given again, and means nothing elsewhere. */
export interface Owner {
  readonly pid: number;
  /** Clock ticks from the machine's start on; undefined where the system does not tell. */
  readonly startedAt: string | undefined;
  /** Changes with every start of the machine. */
  readonly boot: string | undefined;
  /** Where the process id counts. */
  readonly namespace: string | undefined;
  readonly host: string;
}

/** Of one that cannot be asked for: no job takes so long. */
const STRANGER_MS = 24 * 3600_000;

export async function identifyOwner(): Promise<Owner> {
  const [startedAt, boot, namespace] = await Promise.all([
    readStart(process.pid),
    readFile("/proc/sys/kernel/random/boot_id", "utf8").then(
      (text) => text.trim(),
      () => undefined,
    ),
    readlink("/proc/self/ns/pid").catch(() => undefined),
  ]);
  return { pid: process.pid, startedAt, boot, namespace, host: hostname() };
}

/** Writes down an owner. A link is there with its whole text or not at all, also on a full disk. */
export const writeOwner = (path: string, owner: Owner): Promise<void> => symlink(JSON.stringify(owner), path);

/**
 * Whether the process that wrote itself down there may still work.
 * @param self the process that asks
 * @returns false also for nothing, and for what nobody here wrote
 */
export async function isOwnerAlive(path: string, self: Owner, now: number): Promise<boolean> {
  const owner = await readOwner(path);
  if (owner === undefined) return false;
  if (owner.host === self.host && owner.boot !== self.boot) return false;
  if (owner.boot === self.boot && owner.namespace === self.namespace && owner.host === self.host) {
    return isRunning(owner);
  }
  const written = await lstat(path).catch(() => undefined);
  return written !== undefined && now - written.mtimeMs < STRANGER_MS;
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    const owner = JSON.parse(await readlink(path)) as Owner;
    return Number.isSafeInteger(owner?.pid) && owner.pid > 0 ? owner : undefined;
  } catch {
    return undefined;
  }
}

async function isRunning({ pid, startedAt }: Owner): Promise<boolean> {
  if (startedAt !== undefined) return (await readStart(pid)) === startedAt;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Field 22 of `/proc/<pid>/stat`; the second one may hold spaces and brackets. A process that only waits to be buried has ended. */
async function readStart(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields[0] === "Z" || fields[0] === "X" ? undefined : fields[19];
}
