import type { Words } from "./finding.js";
import type { Described } from "./schema-lookup.js";
import { showValue } from "./show-value.js";
import { suggest } from "./suggest.js";

/** A value of the right type that is out of bounds: `keyword` of the schema says which. */
export function explainLimit(keyword: string, value: unknown, { node }: Described): Words {
  const found = showValue(value);
  switch (keyword) {
    case "enum": {
      const options = node.enum ?? [];
      const listed = options.map((option) => `\`${option}\``).join(", ");
      return { rule: "bad-value", message: `expected one of ${listed}, found ${found}`, hint: suggest(String(value), options) };
    }
    case "const":
      return { rule: "bad-value", message: `expected \`${node.const}\`, found ${found}`, hint: `write \`${node.const}\`` };
    case "minimum":
    case "maximum": {
      const range = node.maximum === undefined ? `${node.minimum} or more` : `${node.minimum} to ${node.maximum}`;
      return { rule: "out-of-range", message: `expected ${range}, found ${found}`, hint: `write a number: ${range}` };
    }
    case "oneOf":
      return explainChoice(value, node.oneOf ?? []);
    case "minItems":
    case "minLength":
    case "minProperties": {
      const example = node.examples?.[0];
      const hint = example === undefined ? "give it a value" : `give it a value, such as \`${JSON.stringify(example)}\``;
      return { rule: "empty", message: `expected a value, found ${showEmpty(value)}`, hint };
    }
    case "maxProperties": {
      const keys = Object.keys(node.properties ?? {}).map((key) => `\`${key}\``);
      return { rule: "one-of", message: `expected one of ${keys.join(", ")}, found more`, hint: "keep one of them" };
    }
    default:
      return { rule: keyword, message: `${found} is not accepted here (${keyword})`, hint: "compare with `warm schema`" };
  }
}

/** Choices that exclude each other: each branch of the schema requires one key. */
function explainChoice(value: unknown, branches: readonly { readonly required?: readonly string[] }[]): Words {
  const names = branches.flatMap((branch) => branch.required ?? []);
  const listed = names.map((name) => `\`${name}\``).join(", ");
  const given = names.filter((name) => Object.hasOwn(value as object, name)).map((name) => `\`${name}\``);
  if (given.length === 0) return { rule: "one-of", message: `expected one of ${listed}`, hint: "add one of them" };
  return { rule: "one-of", message: `expected one of ${listed}, found ${given.join(" and ")}`, hint: "keep one of them" };
}

function showEmpty(value: unknown): string {
  return typeof value === "string" ? "an empty text" : `an empty ${Array.isArray(value) ? "list" : "map"}`;
}
