import { WarmError } from "../../errors.js";

/** Checks at the edge: what the daemon says is used only in the shape that it is documented in. */

function wrong(where: string, wanted: string, value: unknown): WarmError {
  const found = Array.isArray(value) ? "a list" : value === null ? "null" : typeof value;
  return new WarmError(
    "host-protocol",
    `the Docker daemon's answer is not as documented: ${where} is ${found}, not ${wanted}`,
    {
      hint: "is there a proxy between warm and the Docker daemon?",
    },
  );
}

export function asRecord(value: unknown, where: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw wrong(where, "an object", value);
  return value as Record<string, unknown>;
}

export function asArray(value: unknown, where: string): unknown[] {
  if (!Array.isArray(value)) throw wrong(where, "a list", value);
  return value;
}

export function asString(value: unknown, where: string): string {
  if (typeof value !== "string") throw wrong(where, "a string", value);
  return value;
}

/** A text, empty where there is none: for what is only shown, or held against words that are known. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** Docker writes an empty list as null. */
export function asOptionalArray(value: unknown, where: string): unknown[] {
  return value === null || value === undefined ? [] : asArray(value, where);
}

/** Docker writes an empty map as null. */
export function asStringMap(value: unknown, where: string): Record<string, string> {
  if (value === null || value === undefined) return {};
  const record = asRecord(value, where);
  for (const [key, member] of Object.entries(record)) asString(member, `${where}.${key}`);
  return record as Record<string, string>;
}

/** A number, 0 when it is absent or null. */
export function asNumber(value: unknown, where: string): number {
  if (value === null || value === undefined) return 0;
  if (typeof value !== "number") throw wrong(where, "a number", value);
  return value;
}
