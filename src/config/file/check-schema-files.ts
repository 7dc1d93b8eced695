import { resolve } from "node:path";
import { type Finding, findingAt, type Words } from "../finding.js";
import type { Draft } from "../normalize/raw-config.js";
import { cut } from "../schema/show-value.js";
import { type Positions, pointerTo } from "./positions.js";
import { readText } from "./read-text.js";

const MAX_SCHEMA_BYTES = 1024 * 1024;

/** Every schema that a job's outputs are checked with is a file that holds JSON. @param directory the paths start from it */
export async function checkSchemaFiles(
  draft: Draft,
  positions: Positions,
  directory: string,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    for (const [index, { schemas }] of (job?.outputs ?? []).entries()) {
      for (const [pattern, path = ""] of Object.entries(schemas ?? {})) {
        const words = await findMistake(path, resolve(directory, path));
        const pointer = pointerTo("engines", id, "job", "outputs", index, "schemas", pattern);
        if (words !== undefined) findings.push(findingAt(positions, pointer, "value", words));
      }
    }
  }
  return findings;
}

async function findMistake(written: string, path: string): Promise<Words | undefined> {
  const rule = "schema-file";
  const result = await readText(path, MAX_SCHEMA_BYTES);
  if ("unreadable" in result) {
    const { clause, hint } = result.unreadable;
    return { rule, message: `the schema \`${cut(written)}\` ${clause}`, hint };
  }
  try {
    JSON.parse(result.text);
    return undefined;
  } catch (error) {
    return {
      rule,
      message: `the schema \`${cut(written)}\` is no JSON: ${(error as Error).message}`,
      hint: "correct it; editors check JSON as it is written",
    };
  }
}
