import { type Positions, pointerTo, splitPointer } from "../file/positions.js";
import { type Finding, findingAt, type Words } from "../finding.js";
import { explainLimit } from "./explain-limit.js";
import { explainType, nameDefinition } from "./explain-type.js";
import type { SchemaError } from "./schema-error.js";
import { type Described, loadSchemaLookup, type SchemaLookup } from "./schema-lookup.js";
import { cut, showExample, showValue } from "./show-value.js";
import { suggestKey } from "./suggest-key.js";

/** The compiled schema's errors in words: what was found, what is expected, what to do. One finding a mistake. */
export function explainSchemaErrors(
  errors: readonly SchemaError[],
  value: unknown,
  positions: Positions,
): Finding[] {
  const lookup = loadSchemaLookup();
  return dropEchoes(errors, value).map((error) => explain(error, value, positions, lookup));
}

/** Leaves one error where ajv reports one mistake several times. */
function dropEchoes(errors: readonly SchemaError[], value: unknown): SchemaError[] {
  const wrongType = new Set(
    errors.filter((error) => error.keyword === "type").map((error) => error.instancePath),
  );
  return errors.filter((error) => {
    if (/\/(?:oneOf|anyOf|not)\//.test(error.schemaPath)) return false;
    if (error.keyword === "type") return true;
    // A key's own error, reported at the map: the error of `propertyNames` names the key.
    const isAboutKey = error.keyword === "pattern" && typeof valueAt(value, error.instancePath) === "object";
    return !isAboutKey && !wrongType.has(error.instancePath);
  });
}

function explain(error: SchemaError, root: unknown, positions: Positions, lookup: SchemaLookup): Finding {
  const { instancePath: pointer, params } = error;
  const described = lookup.valueAt(pointer);
  const value = valueAt(root, pointer);
  switch (error.keyword) {
    case "additionalProperties":
      return explainUnknownKey(String(params.additionalProperty), pointer, described, positions);
    case "required":
      return explainMissingKey(String(params.missingProperty), pointer, lookup, positions);
    case "propertyNames": {
      const key = String(params.propertyName);
      const names = lookup.keysAt(pointer);
      return findingAt(positions, pointer + pointerTo(key), "key", explainPattern(key, names));
    }
    case "type":
      return findingAt(positions, pointer, "value", explainType(value, described));
    case "pattern":
      return findingAt(positions, pointer, "value", explainPattern(value, described));
    default:
      return findingAt(positions, pointer, "value", explainLimit(error.keyword, value, described));
  }
}

function explainUnknownKey(key: string, pointer: string, { node }: Described, positions: Positions): Finding {
  const hint = suggestKey(key, Object.keys(node.properties ?? {}));
  const message = `unknown key \`${cut(key)}\``;
  return findingAt(positions, pointer + pointerTo(key), "key", { rule: "unknown-key", message, hint });
}

function explainMissingKey(
  key: string,
  pointer: string,
  lookup: SchemaLookup,
  positions: Positions,
): Finding {
  const { node } = lookup.valueAt(pointer + pointerTo(key));
  const hint = `add \`${key}:\`${showExample(node)}`;
  return findingAt(positions, pointer, "key", {
    rule: "missing-key",
    message: `\`${key}\` is missing`,
    hint,
  });
}

function explainPattern(found: unknown, { node, definition }: Described): Words {
  const { name, slug } = nameDefinition(definition);
  const variable = /^\$\{?(\w+)\}?$/.exec(String(found))?.[1];
  const description = (definition.description ?? "").replace(/\.$/, "");
  const advice = `write ${description.charAt(0).toLowerCase()}${description.slice(1)}${showExample(node)}`;
  return {
    rule: `bad-${slug}`,
    message: `expected ${name}, found ${showValue(found)}`,
    hint: variable === undefined ? advice : `write \`${variable}\`, without the \`$\``,
  };
}

/** The value at a pointer, undefined where there is none. */
function valueAt(root: unknown, pointer: string): unknown {
  let value = root;
  for (const key of splitPointer(pointer)) {
    if (typeof value !== "object" || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
