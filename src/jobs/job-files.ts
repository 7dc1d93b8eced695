import { open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkPrivate, makePrivateFolder } from "../apply/revisions/private-folder.js";
import { WarmError } from "../errors.js";
import type { JobView, ParamValue } from "../model/job.js";

/** What is remembered of a job over a restart. */
export interface JobRecord {
  readonly format: "warm.job-record/1";
  readonly id: string;
  readonly pool: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly holder: string;
  readonly priority: number;
  readonly force: boolean;
  readonly submittedAt: string;
  /** How many were begun. */
  readonly tries: number;
  /** Once it is over. */
  readonly ended: JobView | undefined;
}

/** Jobs in the state directory, a file each: whole or not there, whenever warm is killed. */
export interface JobFiles {
  /**
   * @returns those that can be read, in the order of their submission; of those that are over, the last ones
   * @throws WarmError `rejected` when nobody may look there
   */
  load(): Promise<readonly JobRecord[]>;
  /**
   * Writes of one job keep their order.
   * @param isDurable over a loss of power too, once it resolves
   * @throws WarmError `disk-full` and others
   */
  write(record: JobRecord, isDurable?: boolean): Promise<void>;
}

/** Of jobs that are over. */
const KEPT = 200;
const SUFFIX = ".json";
const ID = /^job-[0-9a-f]{8}-[0-9a-z]{6,20}$/;

/** @param dir made when the first job is written */
export function openJobFiles(dir: string): JobFiles {
  const last = new Map<string, Promise<void>>();
  /** Those that are over and kept, oldest first. */
  let over: string[] = [];
  const at = (id: string) => join(dir, id + SUFFIX);

  async function writeWhole(record: JobRecord, isDurable: boolean): Promise<void> {
    const temporary = `${at(record.id)}.new`;
    try {
      await makePrivateFolder(dir);
      const file = await open(temporary, "w", 0o600);
      try {
        await file.writeFile(`${JSON.stringify(record)}\n`);
        if (isDurable) await file.datasync();
      } finally {
        await file.close();
      }
      await rename(temporary, at(record.id));
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => undefined);
      throw unwritable(dir, cause);
    }
  }

  /** A watcher may run for months. */
  async function forgetOldest(): Promise<void> {
    for (const id of over.splice(0, Math.max(0, over.length - KEPT)))
      await rm(at(id), { force: true }).catch(() => undefined);
  }

  return {
    async load() {
      await checkPrivate(dir);
      const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") return [];
        throw new WarmError("rejected", `the jobs in ${dir} cannot be read: ${error.message}`, {
          hint: "see to it that warm may read there, then start it anew: they go on then",
          cause: error,
        });
      });
      const records: JobRecord[] = [];
      for (const name of names) {
        if (!name.endsWith(SUFFIX)) await rm(join(dir, name), { force: true }).catch(() => undefined);
        const record = await readRecord(join(dir, name));
        if (record !== undefined) records.push(record);
      }
      records.sort((a, b) => (a.submittedAt < b.submittedAt ? -1 : 1));
      over = records.filter(({ ended }) => ended !== undefined).map(({ id }) => id);
      await forgetOldest();
      return records.filter(({ id, ended }) => ended === undefined || over.includes(id));
    },
    async write(record, isDurable = true) {
      const writing = (last.get(record.id) ?? Promise.resolve()).then(() => writeWhole(record, isDurable));
      const settled = writing.catch(() => undefined);
      last.set(record.id, settled);
      try {
        await writing;
      } finally {
        if (last.get(record.id) === settled) last.delete(record.id);
      }
      if (record.ended === undefined) return;
      over.push(record.id);
      await forgetOldest();
    },
  };
}

async function readRecord(path: string): Promise<JobRecord | undefined> {
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as Partial<JobRecord>;
    const isRecord =
      value.format === "warm.job-record/1" &&
      ID.test(String(value.id)) &&
      typeof value.pool === "string" &&
      typeof value.params === "object" &&
      value.params !== null;
    return isRecord ? (value as JobRecord) : undefined;
  } catch {
    return undefined;
  }
}

function unwritable(dir: string, cause: unknown): WarmError {
  if (cause instanceof WarmError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new WarmError(
    isFull ? "disk-full" : "rejected",
    `the job cannot be written down in ${dir}: ${message}`,
    {
      hint: isFull ? "make room, then submit it again" : "see to it that warm may write there",
      cause,
    },
  );
}
