import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";

/** The same inputs in every run; `WARM_FUZZ_SEED=…` makes others, and `npm run fuzz` others each time. */
const SEED = Number(process.env.WARM_FUZZ_SEED ?? 20_261_127);
/** After which an input is taken to hang. */
const HANG_MS = 20_000;

export interface FuzzTarget<Input> {
  /** `corpus/<name>.jsonl` holds, a line each, inputs that were too much once: they come first in every run. */
  readonly name: string;
  /** Made of JSON alone, so that any of them can be saved. */
  readonly inputs: fc.Arbitrary<Input>;
  /** How many are made where nobody says; `WARM_FUZZ_RUNS` says for all. */
  readonly runs: number;
}

/**
 * Holds a promise against saved inputs and against new ones.
 * @param check throws when the promise is broken
 * @throws Error with the smallest input that breaks it, as the line to save
 */
export async function fuzz<Input>(
  { name, inputs, runs }: FuzzTarget<Input>,
  check: (input: Input) => void | Promise<void>,
): Promise<void> {
  const saved = readCorpus<Input>(name);
  for (const [index, input] of saved.entries()) {
    await Promise.resolve(check(input)).catch((cause: unknown) => {
      throw new Error(`corpus/${name}.jsonl:${index + 1} breaks it again: ${describe(cause)}`, { cause });
    });
  }
  const property = fc.asyncProperty(inputs, async (input) => check(input));
  const numRuns = Number(process.env.WARM_FUZZ_RUNS ?? runs);
  const run = await fc.check(property, { numRuns, seed: SEED, timeout: HANG_MS });
  if (!run.failed) return;
  const [input] = run.counterexample ?? [];
  const cause = run.errorInstance;
  throw new Error(
    `broken after ${run.numRuns} runs (seed ${run.seed}): ${describe(cause)}\nadd this line to test/fuzz/corpus/${name}.jsonl:\n${JSON.stringify(input)}`,
    { cause },
  );
}

function readCorpus<Input>(name: string): Input[] {
  const path = join(import.meta.dirname, "corpus", `${name}.jsonl`);
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as Input);
}

const describe = (error: unknown) =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
