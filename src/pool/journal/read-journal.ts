import { readFile } from "node:fs/promises";
import { parseLine } from "./journal-line.js";
import type { JournalRecord } from "./journal-record.js";

export interface ReadJournal {
  readonly records: JournalRecord[];
  /** Where whole lines end: what follows is the torn rest of a write that was cut off, and means nothing. */
  readonly wholeBytes: number;
  /** Numbers of whole lines that are not what was written, from 1. */
  readonly corruptLines: number[];
}

const LINE_END = 0x0a;

/** What is good of a journal that another process may be writing; nothing where there is none. Changes nothing. */
export async function readJournal(path: string): Promise<ReadJournal> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return Buffer.alloc(0);
    throw error;
  });
  return parseJournal(bytes);
}

/**
 * A line without its end was being written when the machine or the process stopped: nobody was told of it. A whole line
 * with a wrong checksum was damaged later.
 */
export function parseJournal(bytes: Buffer): ReadJournal {
  const wholeBytes = bytes.lastIndexOf(LINE_END) + 1;
  const records: JournalRecord[] = [];
  const corruptLines: number[] = [];
  let number = 0;
  for (let from = 0; from < wholeBytes; ) {
    const to = bytes.indexOf(LINE_END, from);
    number += 1;
    const record = parseLine(bytes.toString("utf8", from, to));
    if (record === undefined) corruptLines.push(number);
    else records.push(record);
    from = to + 1;
  }
  return { records, wholeBytes, corruptLines };
}
