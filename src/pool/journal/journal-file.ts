import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";

/** The file of a journal: what it says it has written is on the disk. */
export class JournalFile {
  readonly path: string;
  #file: FileHandle;
  #bytes: number;

  /** @param bytes where whole records end: the next one is written there */
  constructor(path: string, file: FileHandle, bytes: number) {
    this.path = path;
    this.#file = file;
    this.#bytes = bytes;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** At the end of what has been written: a write that failed half-way is written over by the next. */
  async write(bytes: Uint8Array): Promise<void> {
    await writeAll(this.#file, bytes, this.#bytes);
    await this.#file.datasync();
    this.#bytes += bytes.length;
  }

  /** Another file in its place, whole or not at all. */
  async replace(bytes: Uint8Array): Promise<void> {
    const temporary = `${this.path}.new`;
    await rm(temporary, { force: true });
    const file = await open(temporary, "wx+", 0o600);
    try {
      await writeAll(file, bytes, 0);
      await file.sync();
      await rename(temporary, this.path);
    } catch (error) {
      await file.close().catch(() => undefined);
      await rm(temporary, { force: true }).catch(() => undefined);
      throw error;
    }
    const old = this.#file;
    this.#file = file;
    this.#bytes = bytes.length;
    await old.close();
    await syncDirectory(this.path);
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}

/** A file is there after a power cut only if its folder is on the disk too. @param path of the file */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(dirname(path), "r");
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}
