import type { Json } from "../../model/canonical.js";
import type { Remark } from "../../model/import-summary.js";
import { saltOf } from "../../model/secret.js";
import type { EntryRemark, FileValue } from "./entry.js";
import { looksSecret } from "./secret-looking.js";

/** A variable of a container, as it is to be written. */
export interface Variable {
  readonly name: string;
  /** Undefined where only a salted hash is known. */
  readonly value: string | undefined;
  readonly isSecret: boolean;
}

/** schemas/warm.schema.json says the same of a variable's name. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,254}$/;
/** Linux starts no program with a longer one (MAX_ARG_STRLEN), so no container runs with it. */
const MAX_VALUE_BYTES = 131_072;

/**
 * The variables of a container, by name.
 * @param spec those that a label of warm's has, with secrets as salted hashes; undefined of a container that warm did not make
 * @param actual those that it was made with, beyond its image's
 */
export function readVariables(
  spec: Readonly<Record<string, Json | undefined>> | undefined,
  actual: Readonly<Record<string, string>>,
): Variable[] {
  const entries = Object.entries(spec ?? actual).map(([name, value]): Variable => {
    const known = Object.hasOwn(actual, name) ? actual[name] : undefined;
    if (typeof value !== "string") return { name, value: known, isSecret: saltOf(value) !== undefined };
    return { name, value, isSecret: looksSecret(name, value) };
  });
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Variables as the file has them, what is said beside them, and those that it cannot have. */
export interface DescribedEnv {
  readonly env: Readonly<Record<string, FileValue>> | undefined;
  readonly remarks: readonly EntryRemark[];
  readonly leftOut: readonly Remark[];
}

/** @param nameSecret the variable of warm's own environment that holds the value of a secret one */
export function describeEnv(
  variables: readonly Variable[],
  nameSecret: (variable: Variable) => string,
): DescribedEnv {
  const env: Record<string, FileValue> = Object.create(null);
  const remarks: EntryRemark[] = [];
  const leftOut: Remark[] = [];
  const refuse = (name: string, why: string) => leftOut.push({ what: `variable ${name}`, why });
  for (const variable of variables) {
    const { name, value = "", isSecret } = variable;
    if (!NAME.test(name)) refuse(name, "not a name that a file can have");
    else if (isSecret) {
      env[name] = { fromEnv: nameSecret(variable) };
      remarks.push({
        path: ["env", name],
        text: "a secret, or looks like one: set it in warm's environment",
      });
    } else if (Buffer.byteLength(value) > MAX_VALUE_BYTES)
      refuse(name, "longer than the 128 KiB with which Linux starts a program");
    else env[name] = value;
  }
  return { env: Object.keys(env).length === 0 ? undefined : env, remarks, leftOut };
}
