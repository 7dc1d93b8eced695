import { readSchema, type SchemaName } from "../../config/schema/read-schema.js";
import { WarmError } from "../../errors.js";
import type { CommandContext } from "../command-context.js";

export async function runSchema(
  { terminal }: CommandContext,
  _options: unknown,
  name: string,
): Promise<number> {
  if (name !== "warm" && name !== "plan") {
    throw new WarmError("usage", `there is no schema \`${name}\``, { hint: "use `warm` or `plan`" });
  }
  terminal.print(readSchema(name satisfies SchemaName).trimEnd());
  return 0;
}
