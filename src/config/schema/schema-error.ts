/** An error of the compiled schema: what ajv reports with `messages: false`. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value. */
  readonly instancePath: string;
  /** `#/$defs/template/properties/port/maximum`. */
  readonly schemaPath: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** Set when the error is about a key of the value, not about the value. */
  readonly propertyName?: string;
}
