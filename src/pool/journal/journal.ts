import { open } from "node:fs/promises";
import { dirname } from "node:path";
import { makePrivateFolder } from "../../apply/revisions/private-folder.js";
import { WarmError } from "../../errors.js";
import { type Batch, openBatch } from "./batch.js";
import { JournalFile, syncDirectory } from "./journal-file.js";
import { formatLine } from "./journal-line.js";
import type { JournalRecord } from "./journal-record.js";
import { parseJournal } from "./read-journal.js";

/** An append-only file of records. Only one process writes it: the project's lock sees to that. */
export interface Journal {
  /** To be written soon. Costs no wait and never throws. */
  append(record: JournalRecord): void;
  /**
   * @returns once everything appended so far is on the disk
   * @throws WarmError `disk-full` or `rejected`. Nothing is lost by that: a later call tries again
   */
  flushed(): Promise<void>;
  /**
   * Puts a new journal in place of this one, whole or not at all.
   * @param records stand for everything appended so far
   * @throws WarmError `disk-full` or `rejected`: the old journal goes on
   */
  compact(records: readonly JournalRecord[]): Promise<void>;
  /** Size of the file. */
  readonly bytes: number;
  /** How often a write was waited for; many appends share one. */
  readonly syncs: number;
  /** Writes what is left. @throws as `flushed` does; the file is closed all the same */
  close(): Promise<void>;
}

export interface JournalOptions {
  /** Told of damage that was found, and of the first of writes that fail in a row. */
  readonly onProblem: (sentence: string) => void;
}

/**
 * Opens a journal, makes it where there is none, and cuts off the torn rest of its last write.
 * @throws WarmError `disk-full` or `rejected` when it cannot be read or written there
 */
export async function openJournal(
  path: string,
  { onProblem }: JournalOptions,
): Promise<{ readonly records: JournalRecord[]; readonly journal: Journal }> {
  try {
    await makePrivateFolder(dirname(path));
    await (await open(path, "a", 0o600)).close();
    const file = await open(path, "r+");
    try {
      // Keys and names of holders stand in it.
      await file.chmod(0o600);
      const { records, wholeBytes, corruptLines } = parseJournal(await file.readFile());
      await file.truncate(wholeBytes);
      await syncDirectory(path);
      for (const line of corruptLines)
        onProblem(`${path}:${line}: this record is not what was written there, and is lost`);
      return { records, journal: new GroupJournal(new JournalFile(path, file, wholeBytes), onProblem) };
    } catch (error) {
      await file.close();
      throw error;
    }
  } catch (cause) {
    throw unwritable(path, cause, "open");
  }
}

interface Compaction {
  readonly records: readonly JournalRecord[];
  /** What was appended before it and not written yet: its records stand for that. */
  readonly covered: Batch;
  readonly settle: Batch;
}

/** Group commit: one write and sync is under way, and all that is appended meanwhile shares the next. */
class GroupJournal implements Journal {
  readonly #file: JournalFile;
  readonly #onProblem: (sentence: string) => void;
  #next = openBatch();
  #writing: Batch | undefined;
  /** They come before the next write: what is appended after them belongs into the new file. */
  readonly #compactions: Compaction[] = [];
  #loop: Promise<void> | undefined;
  #isFailing = false;
  #syncs = 0;

  constructor(file: JournalFile, onProblem: (sentence: string) => void) {
    this.#file = file;
    this.#onProblem = onProblem;
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  get syncs(): number {
    return this.#syncs;
  }

  append(record: JournalRecord): void {
    this.#next.lines.push(formatLine(record));
    // A full disk is not tried again at every step, but when somebody waits for it.
    if (!this.#isFailing) this.#wake();
  }

  flushed(): Promise<void> {
    if (this.#next.lines.length === 0)
      return this.#compactions.at(-1)?.covered.done ?? this.#writing?.done ?? Promise.resolve();
    this.#next.isAwaited = true;
    this.#wake();
    return this.#next.done;
  }

  compact(records: readonly JournalRecord[]): Promise<void> {
    const compaction = { records, covered: this.#takeNext(), settle: openBatch() };
    this.#compactions.push(compaction);
    this.#wake();
    return compaction.settle.done;
  }

  async close(): Promise<void> {
    try {
      await this.flushed();
      await this.#loop;
    } finally {
      await this.#file.close();
    }
  }

  #wake(): void {
    this.#loop ??= this.#run().finally(() => {
      this.#loop = undefined;
    });
  }

  async #run(): Promise<void> {
    for (;;) {
      // All that is appended in this turn of the event loop, and by those who were just told, shares one write.
      await new Promise(setImmediate);
      const [compaction] = this.#compactions;
      if (compaction !== undefined) await this.#replace(compaction);
      else if (this.#next.lines.length > 0 && (!this.#isFailing || this.#next.isAwaited)) await this.#write();
      else return;
    }
  }

  async #write(): Promise<void> {
    const batch = this.#takeNext();
    this.#writing = batch;
    try {
      await this.#file.write(Buffer.from(batch.lines.join("")));
      this.#syncs += 1;
      this.#isFailing = false;
      batch.settle();
    } catch (cause) {
      const error = this.#fail(cause);
      this.#putBack(batch);
      batch.settle(error);
    } finally {
      this.#writing = undefined;
    }
  }

  async #replace({ records, covered, settle }: Compaction): Promise<void> {
    try {
      await this.#file.replace(Buffer.from(records.map(formatLine).join("")));
      this.#compactions.shift();
      this.#isFailing = false;
      settle.settle();
      covered.settle();
    } catch (cause) {
      this.#compactions.shift();
      settle.settle(this.#fail(cause));
      const target = this.#putBack(covered);
      if (covered.lines.length === 0) return covered.settle();
      // The old file may still take them.
      target.isAwaited ||= covered.isAwaited;
      target.done.then(
        () => covered.settle(),
        (error) => covered.settle(error),
      );
    }
  }

  #takeNext(): Batch {
    const batch = this.#next;
    this.#next = openBatch();
    return batch;
  }

  /** What could not be written is written first by the next try, over whatever part of it has arrived. */
  #putBack({ lines }: Batch): Batch {
    const target = this.#compactions[0]?.covered ?? this.#next;
    target.lines.unshift(...lines);
    return target;
  }

  #fail(cause: unknown): WarmError {
    const error = unwritable(this.#file.path, cause, "write");
    if (!this.#isFailing) this.#onProblem(error.message);
    this.#isFailing = true;
    return error;
  }
}

function unwritable(path: string, cause: unknown, verb: "open" | "write"): WarmError {
  if (cause instanceof WarmError) return cause;
  const { code = "", message } = cause as NodeJS.ErrnoException;
  const isFull = code === "ENOSPC" || code === "EDQUOT";
  return new WarmError(isFull ? "disk-full" : "rejected", `cannot ${verb} the journal ${path}: ${message}`, {
    hint: isFull
      ? "free some space there"
      : "name a state directory that this user may write to with `--state-dir`",
    cause,
  });
}
