import { open, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { checkPrivate, makePrivateFolder } from "../../apply/revisions/private-folder.js";
import { REQUEST_FORMAT, REQUEST_SUFFIX, readRequests } from "../../config/requests/read-requests.js";
import { WarmError } from "../../errors.js";
import { type RuntimeRequest, requestKey } from "../../model/request.js";

/** Requests in the state directory, a file each: whole or not there, whenever the watcher is killed. */
export interface RequestFiles {
  /** @throws WarmError `rejected` when nobody may look there */
  load(): Promise<RuntimeRequest[]>;
  /** Resolves once it would outlive a loss of power. @throws WarmError `disk-full` and others */
  write(request: RuntimeRequest): Promise<void>;
  /** @throws WarmError */
  remove(request: RuntimeRequest): Promise<void>;
}

/** @param dir made when the first request is written */
export function openRequestFiles(dir: string): RequestFiles {
  const at = (request: RuntimeRequest) => join(dir, requestKey(request) + REQUEST_SUFFIX);
  return {
    async load() {
      try {
        await checkPrivate(dir);
        await removeHalves(dir);
        return await readRequests(dir);
      } catch (cause) {
        throw failed("read", dir, cause);
      }
    },
    async write(request) {
      const temporary = `${at(request)}.new`;
      try {
        await makePrivateFolder(dir);
        const file = await open(temporary, "w", 0o600);
        try {
          await file.writeFile(`${JSON.stringify({ format: REQUEST_FORMAT, ...request })}\n`);
          await file.datasync();
        } finally {
          await file.close();
        }
        await rename(temporary, at(request));
        await syncDirectory(dir);
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => undefined);
        throw failed("written down", dir, cause);
      }
    },
    async remove(request) {
      try {
        await rm(at(request), { force: true });
      } catch (cause) {
        throw failed("removed", dir, cause);
      }
    },
  };
}

/** What a killed process was writing. */
async function removeHalves(dir: string): Promise<void> {
  const names = await readdir(dir).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  for (const name of names)
    if (name.endsWith(`${REQUEST_SUFFIX}.new`)) await rm(join(dir, name), { force: true });
}

/** A file's name is on disk with its folder, not with the file. */
async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function failed(what: string, dir: string, cause: unknown): WarmError {
  if (cause instanceof WarmError) return cause;
  const { code, message } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new WarmError(
    isFull ? "disk-full" : "rejected",
    `requests in ${dir} cannot be ${what}: ${message}`,
    { hint: isFull ? "make room there" : "see to it that warm may read and write there", cause },
  );
}
