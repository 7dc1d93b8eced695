import { WarmError } from "../../errors.js";

/**
 * An error of the file system in words; a WarmError stays as it is.
 * @param what was tried: `write /data/seeds/…`
 */
export const onDisk =
  (what: string) =>
  (error: unknown): WarmError => {
    if (error instanceof WarmError) return error;
    const { code = "", message } = error as NodeJS.ErrnoException;
    const isFull = code === "ENOSPC" || code === "EDQUOT";
    return new WarmError(isFull ? "disk-full" : "rejected", `cannot ${what}: ${message}`, {
      hint: isFull ? "free some space there, with `warm cache prune` for one" : undefined,
      cause: error,
    });
  };
