import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";

/** Why a file is not read: `rule` for tools, `clause` follows the file's name, `hint` says what to do. */
export interface Unreadable {
  readonly rule: string;
  readonly clause: string;
  readonly hint: string;
}

export type ReadResult = { readonly text: string } | { readonly unreadable: Unreadable };

/**
 * Reads a UTF-8 text file of at most `maxBytes` bytes. Anything but a regular file is refused without reading from
 * it: a FIFO or a device could block for ever. A byte order mark is dropped. Never throws.
 */
export async function readText(path: string, maxBytes: number): Promise<ReadResult> {
  let handle: FileHandle | undefined;
  try {
    // Without O_NONBLOCK, opening a FIFO waits for a writer. What is open cannot be swapped under us, as a path can.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await readHandle(handle, maxBytes);
  } catch (error) {
    return { unreadable: explainSystemError(error) };
  } finally {
    await handle?.close();
  }
}

async function readHandle(handle: FileHandle, maxBytes: number): Promise<ReadResult> {
  const stats = await handle.stat();
  if (stats.isDirectory()) return refuse("is-a-directory", "is a directory", "name the file in it");
  if (!stats.isFile()) return refuse("not-a-file", "is not a regular file", "name a regular file");
  if (stats.size > maxBytes) return tooLarge(maxBytes);
  // One byte more than allowed: the file may have grown since.
  const buffer = Buffer.alloc(maxBytes + 1);
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  if (length > maxBytes) return tooLarge(maxBytes);
  return decode(buffer.subarray(0, length));
}

function decode(bytes: Uint8Array): ReadResult {
  try {
    return { text: new TextDecoder("utf-8", { fatal: true }).decode(bytes) };
  } catch {
    return refuse("not-utf-8", "is not UTF-8 text", "save the file in UTF-8");
  }
}

function tooLarge(maxBytes: number): ReadResult {
  return refuse("too-large", `is larger than ${maxBytes / 1024} KiB`, "name a smaller file");
}

function refuse(rule: string, clause: string, hint: string): ReadResult {
  return { unreadable: { rule, clause, hint } };
}

function explainSystemError(error: unknown): Unreadable {
  const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return { rule: "not-found", clause: "does not exist", hint: "check the path" };
    case "EACCES":
    case "EPERM":
      return { rule: "not-readable", clause: "may not be read", hint: "give this user the right to read it" };
    case "ENXIO":
      return { rule: "not-a-file", clause: "is not a regular file", hint: "name a regular file" };
    case "ELOOP":
      return { rule: "not-readable", clause: "is a symbolic link in a circle", hint: "name the file itself" };
    default:
      return {
        rule: "not-readable",
        clause: `cannot be read (${code})`,
        hint: "check the path and its disk",
      };
  }
}
