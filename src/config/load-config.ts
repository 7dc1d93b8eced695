import { dirname, resolve } from "node:path";
import { sha256 } from "../model/canonical.js";
import type { Desired } from "../model/resource.js";
import type { Secret } from "../model/secret.js";
import { compileDesired } from "./compile-desired.js";
import type { Config } from "./config.js";
import { checkSchemaFiles } from "./file/check-schema-files.js";
import { parseYaml } from "./file/parse-yaml.js";
import type { Positions } from "./file/positions.js";
import {
  type Environment,
  leaveSecretsUnread,
  readSecrets,
  recallSecrets,
  type Secrets,
} from "./file/read-secrets.js";
import { readText } from "./file/read-text.js";
import { configError, type Finding, findingAboutFile } from "./finding.js";
import { normalizeConfig } from "./normalize/normalize.js";
import type { Draft, RawConfig } from "./normalize/raw-config.js";
import { noteOddities } from "./notes.js";
import { RULES } from "./rules/rules.js";
import { pruneInvalid } from "./schema/draft.js";
import type { SchemaError } from "./schema/schema-error.js";
import { findSchemaErrors } from "./schema/schema-validator.generated.js";

/** A warm.yaml without problems, and what it asks for. */
export interface LoadedConfig {
  readonly config: Config;
  readonly desired: Desired;
  /** As the user named it. */
  readonly path: string;
  /** Absolute: where relative paths of the file start from. */
  readonly directory: string;
  /** Absolute: where its `dataDir` starts from, which is `directory` unless that is a checkout that comes and goes. */
  readonly dataBase: string;
  readonly text: string;
  /** Where each value of the text stands. */
  readonly positions: Positions;
  /** Those that the file names. */
  readonly secrets: readonly Secret[];
  /** Hex, of the text. */
  readonly sha256: string;
  /** Things to know that are no problems. */
  readonly notes: readonly string[];
}

export const MAX_FILE_BYTES = 1024 * 1024;

/**
 * Reads and checks a warm.yaml.
 * @param path as the user named it, relative to `cwd`
 * @param env where `fromEnv` secrets come from
 * @param dataBase absolute; where `dataDir` starts from; default the file's directory
 * @throws {ConfigError} with every problem of the file, in the order of their positions
 */
export async function loadConfig(source: {
  readonly path: string;
  readonly cwd: string;
  readonly env: Environment;
  readonly dataBase?: string | undefined;
  /** Default: secrets and schemas are read. */
  readonly known?: "unread";
}): Promise<LoadedConfig> {
  const { path, env, dataBase, known } = source;
  const absolute = resolve(source.cwd, path);
  const result = await readText(absolute, MAX_FILE_BYTES);
  if ("text" in result)
    return parseConfig({ text: result.text, file: path, directory: dirname(absolute), env, dataBase, known });
  const { rule, clause, hint } = result.unreadable;
  const advice = rule === "not-found" ? "write one with `warm init`, or name another with `--file`" : hint;
  throw configError(path, "", [findingAboutFile(rule, `the file ${clause}`, advice)]);
}

/**
 * Checks the text of a warm.yaml, as of a saved plan.
 * @param file its name in problems
 * @param directory absolute; where `fromFile` secrets, other paths and, without `dataBase`, `dataDir` start from
 * @param known of a text that somebody has sent: neither the environment nor any file is read for it. A secret that is among
 * these has their value, another one a value that nothing else has. `unread`: no value is known, nor needed to plan.
 * @throws {ConfigError} with every problem of the text, in the order of their positions
 */
export async function parseConfig(source: {
  readonly text: string;
  readonly file: string;
  readonly directory: string;
  readonly env: Environment;
  readonly dataBase?: string | undefined;
  readonly known?: readonly Secret[] | "unread" | undefined;
}): Promise<LoadedConfig> {
  const { text, file, directory, dataBase = directory, known } = source;
  const { value, positions, findings } = parseYaml(text);
  if (value === undefined) throw configError(file, text, findings);

  const schemaErrors = findSchemaErrors(value);
  const shape = await explainShape(schemaErrors, value, positions);
  const draft = pruneInvalid(value, schemaErrors);
  const meaning = RULES.flatMap((rule) => [...rule(draft, positions)]);
  const { secrets, findings: missing, notes } = await findSecrets(draft, positions, source);
  const schemas = known === undefined ? await checkSchemaFiles(draft, positions, directory) : [];
  const problems = [...findings, ...shape, ...meaning, ...missing, ...schemas];
  if (problems.length > 0) throw configError(file, text, problems);

  // Nothing was pruned, so the draft is the whole file.
  const config = normalizeConfig(draft as RawConfig, secrets, { directory, dataBase });
  return {
    config,
    desired: compileDesired(config, positions),
    path: file,
    directory,
    dataBase,
    text,
    positions,
    secrets: [...secrets.values()],
    sha256: sha256(text),
    notes: [...noteOddities(config), ...notes],
  };
}

function findSecrets(
  draft: Draft,
  positions: Positions,
  source: Parameters<typeof parseConfig>[0],
): Secrets | Promise<Secrets> {
  const { known } = source;
  if (known === undefined) return readSecrets(draft, positions, source);
  return known === "unread" ? leaveSecretsUnread(draft) : recallSecrets(draft, known);
}

/** The words for what does not fit the schema are loaded when there is something to say. */
async function explainShape(
  errors: readonly SchemaError[],
  value: unknown,
  positions: Positions,
): Promise<Finding[]> {
  if (errors.length === 0) return [];
  const { explainSchemaErrors } = await import("./schema/explain-schema-error.js");
  return explainSchemaErrors(errors, value, positions);
}
