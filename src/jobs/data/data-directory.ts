import type { ParamValue } from "../../model/job.js";
import type { ExportedFile, ResultFile } from "../outputs/export-output.js";

/** What a result is the result of: equal inputs, equal result. */
export interface ResultInputs {
  readonly pool: string;
  readonly key: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** Hash over what of the job's declaration shapes its result. */
  readonly job: string;
  readonly image: { readonly reference: string; readonly id: string };
}

/** `manifest.json` of a result. */
export interface Manifest {
  readonly format: "warm.manifest/1";
  readonly hash: string;
  readonly inputs: ResultInputs;
  readonly job: string;
  readonly engines: readonly string[];
  readonly createdAt: string;
  readonly timings: Readonly<Record<string, number>>;
  /** In the order of their paths. */
  readonly files: readonly ResultFile[];
}

/** A result that is there. */
export interface StoredResult {
  /** Absolute. */
  readonly dir: string;
  readonly manifest: Manifest;
  readonly bytes: number;
}

/** A folder in which a result is put together, on the file system of the results. */
export interface Staging {
  /** Absolute. */
  readonly dir: string;
  /** Takes it away, whatever is in it. Never throws. */
  discard(): Promise<void>;
}

/**
 * Results by the hash of their key. One process writes, any number read; two projects may share one directory. Whoever reads
 * while a result is swapped finds the old one or the new one, whole, or for the instant between two renames nothing.
 */
export interface DataDirectory {
  /**
   * Puts right what a killed run left: a result that was being swapped is put back, staging folders go.
   * @throws WarmError `rejected` (no folder can be made there), `disk-full`
   */
  open(): Promise<void>;
  /**
   * Finds a whole result: its manifest can be read and every file is there with its size.
   * @param verify also reads every file and compares its hash
   * @returns what is wrong in a sentence when something is there that is no whole result; undefined when nothing is there
   */
  find(
    hash: string,
    options?: { readonly verify?: boolean },
  ): Promise<StoredResult | { readonly broken: string } | undefined>;
  /** It was used just now: the cache keeps what was used last. Never throws. */
  touch(hash: string): Promise<void>;
  /** @throws WarmError `disk-full` and others of the file system */
  stage(jobId: string): Promise<Staging>;
  /**
   * Hashes what is staged and not known yet, writes the manifest, makes all of it durable and has it take its place as one:
   * readers see the old result or the new one, whole.
   * @param known files that were hashed as they were written; what was written again since is hashed again
   * @throws WarmError `rejected` (something is staged that is neither file nor folder, or has the manifest's name), `disk-full`
   */
  publish(
    staging: Staging,
    manifest: Omit<Manifest, "format" | "files">,
    known: readonly ExportedFile[],
  ): Promise<StoredResult>;
  /** Least recently used first. */
  list(): Promise<readonly CachedResult[]>;
  /** Removes the least recently used until no more than so many bytes are left; never one that `keep` has. @returns what went */
  prune(maxBytes: number, keep: Pick<ReadonlySet<string>, "has">): Promise<readonly CachedResult[]>;
}

/** A result as `warm cache ls` shows it. */
export interface CachedResult {
  readonly hash: string;
  readonly dir: string;
  readonly bytes: number;
  readonly files: number;
  /** Undefined where its manifest cannot be read. */
  readonly inputs: ResultInputs | undefined;
  /** Epoch ms. */
  readonly usedAtMs: number;
  readonly broken: string | undefined;
}
