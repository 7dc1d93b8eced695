const MAX_SHOWN_LENGTH = 60;

/** A value of the file in a message: what kind it is, and its text where that is short. */
export function showValue(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "string") return value === "" ? "an empty text" : `the text \`${cut(value)}\``;
  return `\`${cut(String(value))}\``;
}

/** A text of the file in a message, cut where it is long. */
export function cut(text: string): string {
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text;
}

/** `, such as …` with the schema's own example in YAML, or nothing where there is none that fits into a hint. */
export function showExample({ examples = [] }: { readonly examples?: readonly unknown[] }): string {
  const text = examples.length === 0 ? "" : formatFlow(examples[0]);
  return text === "" || text.length > MAX_SHOWN_LENGTH ? "" : `, such as \`${text}\``;
}

function formatFlow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(formatFlow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, member]) => `${key}: ${formatFlow(member)}`)
      .join(", ")} }`;
  }
  if (typeof value === "string" && !/^[\w./-][\w ./:-]*$/.test(value)) return JSON.stringify(value);
  return String(value);
}
