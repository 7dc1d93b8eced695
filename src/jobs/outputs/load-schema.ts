import { readFile } from "node:fs/promises";
import { WarmError } from "../../errors.js";

/** One mistake in a file. */
export interface SchemaMistake {
  /** JSON pointer; empty for the whole. */
  readonly pointer: string;
  /** Follows the place: `must be integer`. */
  readonly why: string;
}

/** Finds what is wrong with a value: nothing, the first mistake, or with `all` every one. */
export type CheckValue = (value: unknown, all: boolean) => readonly SchemaMistake[];

const DRAFT_2020 = /^https?:\/\/json-schema\.org\/draft\/2020-12\/schema#?$/;
const DRAFT_07 = /^https?:\/\/json-schema\.org\/draft-07\/schema#?$/;
/** Formats are notes; unknown keywords too, as JSON Schema has it. */
const OPTIONS = { strict: false, validateFormats: false, logger: false } as const;

/**
 * Reads and compiles a JSON Schema: draft 2020-12, or draft-07 where its `$schema` says so.
 * @param path absolute
 * @throws WarmError `config-invalid` that names the file when it is missing, no JSON, or no schema
 */
export async function loadSchema(path: string): Promise<CheckValue> {
  const schema = parseSchema(path, await readSchema(path));
  // It takes as long to load as the whole of a plan: only those pay that have a schema.
  const { Ajv } = DRAFT_07.test(String(schema.$schema))
    ? await import("ajv")
    : { Ajv: (await import("ajv/dist/2020.js")).Ajv2020 };
  try {
    const findFirst = new Ajv(OPTIONS).compile(schema);
    let findAll: typeof findFirst | undefined;
    return (value, all) => {
      if (all) findAll ??= new Ajv({ ...OPTIONS, allErrors: true }).compile(schema);
      const find = all ? (findAll as typeof findFirst) : findFirst;
      if (find(value)) return [];
      return (find.errors ?? []).map((error) => ({
        pointer: error.instancePath,
        why: explainMistake(error),
      }));
    };
  } catch (error) {
    throw broken(path, `cannot be used: ${(error as Error).message}`, error);
  }
}

function explainMistake(error: { message?: string; params: Record<string, unknown> }): string {
  const { message = "is wrong", params } = error;
  const detail =
    params.additionalProperty ?? params.unevaluatedProperty ?? params.allowedValues ?? params.allowedValue;
  return detail === undefined ? message : `${message}: ${JSON.stringify(detail)}`;
}

async function readSchema(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw broken(path, `cannot be read: ${(error as Error).message}`, error);
  }
}

function parseSchema(path: string, text: string): Record<string, unknown> {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw broken(path, `is no JSON: ${(error as Error).message}`, error);
  }
  if (typeof schema !== "object" || schema === null || Array.isArray(schema))
    throw broken(path, "is no object");
  const { $schema, $async } = schema as Record<string, unknown>;
  const isKnown = $schema === undefined || DRAFT_2020.test(String($schema)) || DRAFT_07.test(String($schema));
  if (!isKnown) throw broken(path, `is of a draft that is not known: ${JSON.stringify($schema)}`);
  if ($async !== undefined) throw broken(path, "has `$async`, which is no JSON Schema");
  return schema as Record<string, unknown>;
}

const broken = (path: string, why: string, cause?: unknown) =>
  new WarmError("config-invalid", `the JSON Schema ${path} ${why}`, {
    hint: "write a JSON Schema of draft 2020-12 or draft-07 there, or take the entry out of `schemas`",
    cause,
  });
