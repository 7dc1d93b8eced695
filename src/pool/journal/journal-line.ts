import { crc32 } from "node:zlib";
import type { JournalRecord } from "./journal-record.js";

/** A record as one line of a journal: its checksum, a space, JSON. */
export function formatLine(record: JournalRecord): string {
  const json = JSON.stringify(record);
  return `${checksum(json)} ${json}\n`;
}

/** @param line without its end @returns undefined for what was not written so */
export function parseLine(line: string): JournalRecord | undefined {
  const json = line.slice(9);
  if (line[8] !== " " || line.slice(0, 8) !== checksum(json)) return undefined;
  try {
    return JSON.parse(json) as JournalRecord;
  } catch {
    return undefined;
  }
}

const checksum = (text: string) => crc32(text).toString(16).padStart(8, "0");
