type Schema = Readonly<Record<string, unknown>>;
type Properties = Readonly<Record<string, Schema>>;

/** An object of a reply: a later version may have more members. */
export const object = (description: string, required: Properties, optional: Properties = {}) => ({
  type: "object",
  description,
  required: Object.keys(required),
  properties: { ...required, ...optional },
});

export const list = (items: Schema) => ({ type: "array", items });
export const text = (description?: string) => ({ type: "string", ...(description && { description }) });
export const time = (description = "ISO 8601") => ({ type: "string", description });
export const count = (description?: string) => ({
  type: "integer",
  minimum: 0,
  ...(description && { description }),
});
export const number = (description?: string) => ({ type: "number", ...(description && { description }) });
export const flag = (description?: string) => ({ type: "boolean", ...(description && { description }) });
export const oneOf = (values: readonly string[], description?: string) => ({
  type: "string",
  enum: values,
  ...(description && { description }),
});
export const orNull = (schema: Schema) => ({ anyOf: [schema, { type: "null" }] });
export const mapOf = (values: Schema, description?: string) => ({
  type: "object",
  additionalProperties: values,
  ...(description && { description }),
});
export const ref = (name: string) => ({ $ref: `${name}#` });
