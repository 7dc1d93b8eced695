import { readSchema, type SchemaName } from "../../config/schema/read-schema.js";
import type { CommandContext } from "../command-context.js";

export async function runSchema(
  { terminal }: CommandContext,
  _options: unknown,
  name: SchemaName,
): Promise<number> {
  terminal.print(readSchema(name).trimEnd());
  return 0;
}
