import type { Words } from "../finding.js";
import type { Described, SchemaNode } from "./schema-lookup.js";
import { showExample, showValue } from "./show-value.js";

const TYPE_NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  integer: "a whole number",
  number: "a number",
  boolean: "a boolean",
  array: "a list",
  object: "a map",
};

/** A definition in a sentence and in the name of a rule: `a duration`, `duration`. */
export function nameDefinition({ title = "value" }: SchemaNode): { name: string; slug: string } {
  const noun = /^[A-Z][A-Z]/.test(title) ? title : title.toLowerCase();
  return {
    name: `${/^(?:[aeiou]|HTTP)/i.test(noun) ? "an" : "a"} ${noun}`,
    slug: noun.toLowerCase().replaceAll(" ", "-"),
  };
}

/** What a value must be: `a duration`, `a text or a list`. */
function nameTypes({ node, definition }: Described): string {
  if (node.const !== undefined) return `\`${node.const}\``;
  if (definition.pattern !== undefined) return nameDefinition(definition).name;
  const names = [node.type ?? []].flat().map((type) => TYPE_NAMES[type]);
  return names.length > 1 ? `${names.slice(0, -1).join(", ")} or ${names.at(-1)}` : (names[0] ?? "a value");
}

/** What a value of a wrong type is, what it should be, and the usual slip behind it. */
export function explainType(value: unknown, described: Described): Words {
  const message = `expected ${nameTypes(described)}, found ${showValue(value)}`;
  return { rule: "wrong-type", message, hint: hintForType(value, described) };
}

function hintForType(value: unknown, { node, definition }: Described): string {
  const wanted = [node.type ?? []].flat();
  const such = showExample(node);
  if (value === null) return `give it a value${such}, or remove the key`;
  if (typeof value === "string") {
    if (wanted.includes("array")) return `write a list${such}`;
    if (wanted.includes("boolean")) return hintForBoolean(value, node);
    if (/^-?\d+(?:\.\d+)?$/.test(value) && /number|integer/.test(wanted.join()))
      return `remove the quotes: \`${value}\``;
  }
  if (typeof value === "number" && definition.title === "Duration")
    return `give it a unit, such as \`${value}s\``;
  if (typeof value === "number" && wanted.includes("integer")) return `write a whole number${such}`;
  if (typeof value !== "object" && wanted.includes("string"))
    return `put it in quotes: \`"${String(value)}"\``;
  if (Array.isArray(value) && wanted.includes("object")) return "write `name: value` lines, without the `-`";
  return `write ${TYPE_NAMES[wanted[0] ?? ""] ?? "a value"}${such}`;
}

function hintForBoolean(value: string, node: SchemaNode): string {
  const isNo = /^(?:no|off|false|n)$/i.test(value);
  if (node.const === true) return isNo ? "remove the key" : "write `true`";
  return `write \`${isNo ? "false" : "true"}\``;
}
