import { readPackageFile } from "../../package-file.js";

/** Each is a file in schemas/. */
export const SCHEMA_NAMES = ["warm", "plan"] as const;
export type SchemaName = (typeof SCHEMA_NAMES)[number];

/** The text of a JSON Schema of the package: of warm.yaml, or of the plan document. */
export function readSchema(name: SchemaName): string {
  return readPackageFile(`schemas/${name}.schema.json`);
}
