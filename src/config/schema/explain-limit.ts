import type { Words } from "../finding.js";
import { suggest } from "../suggest.js";
import type { Described } from "./schema-lookup.js";
import { showExample, showValue } from "./show-value.js";

/** A value of the right type that is out of bounds: `keyword` of the schema says which. */
export function explainLimit(keyword: string, value: unknown, { node }: Described): Words {
  const found = showValue(value);
  switch (keyword) {
    case "enum": {
      const options = node.enum ?? [];
      const listed = options.map((option) => `\`${option}\``).join(", ");
      return {
        rule: "bad-value",
        message: `expected one of ${listed}, found ${found}`,
        hint: suggest(String(value), options),
      };
    }
    case "const": {
      const orNothing = value === false ? ", or remove the key" : "";
      const wanted = `\`${node.const}\``;
      return {
        rule: "bad-value",
        message: `expected ${wanted}, found ${found}`,
        hint: `write ${wanted}${orNothing}`,
      };
    }
    case "minimum":
    case "maximum": {
      const range =
        node.maximum === undefined ? `${node.minimum} or more` : `${node.minimum} to ${node.maximum}`;
      return {
        rule: "out-of-range",
        message: `expected ${range}, found ${found}`,
        hint: `write a number: ${range}`,
      };
    }
    case "oneOf":
      return explainChoice(
        value,
        (node.oneOf ?? []).flatMap((branch) => branch.required ?? []),
      );
    case "minItems":
    case "minLength": {
      const empty = typeof value === "string" ? "text" : "list";
      return {
        rule: "empty",
        message: `expected a value, found an empty ${empty}`,
        hint: `give it a value${showExample(node)}`,
      };
    }
    case "minProperties":
    case "maxProperties":
      return explainChoice(value, Object.keys(node.properties ?? {}));
    default:
      return {
        rule: keyword,
        message: `${found} is not accepted here (${keyword})`,
        hint: "compare with `warm schema`",
      };
  }
}

/** Keys that exclude each other. */
function explainChoice(value: unknown, names: readonly string[]): Words {
  const listed = names.map((name) => `\`${name}\``).join(", ");
  const given = names.filter((name) => Object.hasOwn(value as object, name)).map((name) => `\`${name}\``);
  if (given.length === 0)
    return { rule: "one-of", message: `expected one of ${listed}`, hint: "add one of them" };
  return {
    rule: "one-of",
    message: `expected one of ${listed}, found ${given.join(" and ")}`,
    hint: "keep one of them",
  };
}
