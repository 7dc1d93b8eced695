import { readFileSync } from "node:fs";

/** Each is a file in schemas/. */
export const SCHEMA_NAMES = ["warm", "plan"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** The text of a JSON Schema of the package: of warm.yaml, or of the plan document. */
export function readSchema(name: SchemaName): string {
  // From dist/config/schema as from src/config/schema, the package's root is three levels up.
  return readFileSync(new URL(`../../../schemas/${name}.schema.json`, import.meta.url), "utf8");
}
