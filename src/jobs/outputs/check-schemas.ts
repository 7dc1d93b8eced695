import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { WarmError } from "../../errors.js";
import type { JobOutput } from "../../model/job.js";
import { onDisk } from "../data/disk-error.js";
import type { ResultFile } from "./export-output.js";
import type { CheckValue, SchemaMistake } from "./load-schema.js";
import { matchPattern } from "./match-pattern.js";
import { quoteName } from "./refuse-entry.js";
import type { SchemaCache } from "./schema-cache.js";

/** A larger file is not read into memory. */
export const MAX_CHECKED_BYTES = 64 * 1024 * 1024;
/** Up to here all mistakes are looked for: a larger file may have millions, and only its first one is told. */
const MAX_EXPLAINED_BYTES = 1024 * 1024;
const TOLD_MISTAKES = 5;

interface Checking {
  readonly output: JobOutput;
  readonly files: readonly ResultFile[];
  /** The staging folder. */
  readonly dir: string;
  readonly schemas: SchemaCache;
}

/**
 * Holds files against the schemas of their output.
 * @throws WarmError `rejected` with the first mistakes of the first file that has some; `config-invalid` for a schema that
 * is none
 */
export async function checkSchemas({ output, files, dir, schemas }: Checking): Promise<void> {
  for (const [pattern, schemaPath] of Object.entries(output.schemas)) {
    const matching = files.filter(({ path }) => matchPattern(pattern, path.slice(output.to.length + 1)));
    if (matching.length === 0) continue;
    const check = await schemas.get(schemaPath);
    for (const file of matching) {
      const mistakes = findMistakes(check, await readJson(dir, file), file);
      if (mistakes.length > 0) throw against(file, schemaPath, mistakes);
    }
  }
}

function findMistakes(check: CheckValue, value: unknown, file: ResultFile): readonly SchemaMistake[] {
  try {
    const first = check(value, false);
    return first.length > 0 && file.size <= MAX_EXPLAINED_BYTES ? check(value, true) : first;
  } catch (error) {
    // A schema that refers to itself, and a value as deep as the stack.
    throw unreadable(file, `cannot be checked: ${(error as Error).message}`);
  }
}

async function readJson(dir: string, file: ResultFile): Promise<unknown> {
  if (file.size > MAX_CHECKED_BYTES) {
    throw unreadable(file, `is too large to be checked: ${file.size} bytes, of at most ${MAX_CHECKED_BYTES}`);
  }
  const bytes = await readFile(join(dir, file.path)).catch((error) => {
    throw onDisk(`read ${file.path}`)(error);
  });
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unreadable(file, `is no JSON: ${(error as Error).message}`);
  }
}

const unreadable = ({ path }: ResultFile, why: string) =>
  new WarmError("rejected", `the exported file ${quoteName(path)} ${why}`);

function against({ path }: ResultFile, schema: string, mistakes: readonly SchemaMistake[]): WarmError {
  const told = mistakes
    .slice(0, TOLD_MISTAKES)
    .map(({ pointer, why }) => `${pointer === "" ? "the whole" : quoteName(pointer)} ${why}`);
  const more = mistakes.length > TOLD_MISTAKES ? `; and ${mistakes.length - TOLD_MISTAKES} more` : "";
  return new WarmError(
    "rejected",
    `the exported file ${quoteName(path)} is not as ${schema} has it: ${told.join("; ")}${more}`,
  );
}
