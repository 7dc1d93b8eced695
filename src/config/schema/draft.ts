import { splitPointer } from "../file/positions.js";
import type { Draft } from "../normalize/raw-config.js";
import type { SchemaError } from "./schema-error.js";

/** Keywords whose error is about a key of the value: the rest of the value is sound. */
const ABOUT_A_KEY = ["additionalProperties", "propertyNames", "required"];

/**
 * What the rules can look at: `value` without the parts that do not fit the schema. Takes `value` over and
 * changes it.
 */
export function pruneInvalid(value: unknown, errors: readonly SchemaError[]): Draft {
  let isSound = typeof value === "object" && value !== null && !Array.isArray(value);
  for (const error of errors) {
    const path = splitPointer(error.instancePath);
    if (error.keyword === "additionalProperties") path.push(String(error.params.additionalProperty));
    else if (ABOUT_A_KEY.includes(error.keyword)) continue;
    else if (path.length === 0) isSound = false;
    remove(value, path);
  }
  return isSound ? (value as Draft) : {};
}

/** Removes what `path` names; of a list the whole list, since the others would move up. */
function remove(root: unknown, path: readonly string[]): void {
  let parent = root;
  for (const [depth, key] of path.entries()) {
    if (typeof parent !== "object" || parent === null) return;
    const members = parent as Record<string, unknown>;
    if (depth === path.length - 1 || Array.isArray(members[key])) {
      delete members[key];
      return;
    }
    parent = members[key];
  }
}
