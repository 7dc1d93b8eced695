import type { Remark } from "../../model/import-summary.js";

/** A value of the file. */
export type FileValue =
  | string
  | number
  | boolean
  | readonly FileValue[]
  | { readonly [key: string]: FileValue };

/** One template, session or pool on its way into the file. */
export interface Entry {
  readonly id: string;
  /** In the order in which the file has its keys. Incomplete where `missing` says so. */
  readonly value: Readonly<Record<string, FileValue>>;
  /** Where it comes from and what is to be known of it, a line each; above it in the file. */
  readonly origin: readonly string[];
  /** Beside a value of it. */
  readonly remarks: readonly EntryRemark[];
  /** What is not known and has to be written by hand before the file may have it; empty: whole. */
  readonly missing: readonly string[];
  /** What stands in it for something that is not known; the file may have it so. */
  readonly toCheck: readonly string[];
}

export interface EntryRemark {
  /** Keys from the entry on. */
  readonly path: readonly string[];
  readonly text: string;
}

/** An entry, and what of its own it does not have. */
export interface Described {
  readonly entry: Entry;
  readonly leftOut: readonly Remark[];
}
