import type { DataDirectory } from "./data-directory.js";

/** One result that was read whole. */
export interface VerifiedResult {
  readonly hash: string;
  /** Absolute. */
  readonly dir: string;
  /** What is wrong, in sentences without a full stop; undefined when every file has the hash of its manifest. */
  readonly broken: string | undefined;
}

/** Reads every result and compares its hashes, one after the other: it is told of each as it is done. */
export async function* verifyResults(data: DataDirectory): AsyncGenerator<VerifiedResult, void, undefined> {
  for (const { hash, dir } of await data.list()) {
    const found = await data.find(hash, { verify: true });
    // Gone meanwhile.
    if (found === undefined) continue;
    yield { hash, dir, broken: "broken" in found ? found.broken : undefined };
  }
}
