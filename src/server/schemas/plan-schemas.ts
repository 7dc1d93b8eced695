import { readSchema } from "../../config/schema/read-schema.js";

type Schema = Record<string, unknown>;

/** The plan document as schemas/plan.schema.json has it, its parts under names of their own. */
export function planSchemas(): Readonly<Record<string, Schema>> {
  const {
    $schema: _dialect,
    definitions,
    ...plan
  } = JSON.parse(readSchema("plan")) as Schema & {
    definitions: Record<string, Schema>;
  };
  const parts = Object.entries(definitions).map(([name, part]) => [partName(name), withNames(part)] as const);
  return { Plan: withNames(plan), ...Object.fromEntries(parts) };
}

const partName = (name: string) => `Plan${name[0]?.toUpperCase()}${name.slice(1)}`;

function withNames(schema: Schema): Schema {
  return JSON.parse(JSON.stringify(schema), (key, value: unknown) => {
    if (key !== "$ref" || typeof value !== "string") return value;
    return `${partName(value.replace("#/definitions/", ""))}#`;
  }) as Schema;
}
