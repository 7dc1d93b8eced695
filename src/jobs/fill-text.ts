import { createHash } from "node:crypto";
import { WarmError } from "../errors.js";
import type { ParamValue } from "../model/job.js";

const PARAM = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Puts parameters into a text: every `{name}` that is declared becomes its value, everything else stays as it is. A value
 * is never read again: a `{name}` inside one is only text. There is no escape.
 */
export function fillText(text: string, params: Readonly<Record<string, ParamValue>>): string {
  return text.replace(PARAM, (written, name: string) =>
    Object.hasOwn(params, name) ? formatParam(params[name] as ParamValue) : written,
  );
}

/** One text for each value: `7` for 7.0, `true` and `false`, strings as they are. */
export function formatParam(value: ParamValue): string {
  // -0 equals 0, and gives "0".
  return String(value);
}

/**
 * What a result is found by.
 * @returns SHA-256 of the key's UTF-8, 64 lower-case hex digits
 * @throws WarmError `usage` when the key has no UTF-8: two such keys would get one hash
 */
export function hashOfKey(key: string): string {
  if (LONE_SURROGATE.test(key)) {
    throw new WarmError("usage", "a job's key holds half of a surrogate pair, which is no character", {
      hint: "give the parameters as valid Unicode",
    });
  }
  return createHash("sha256").update(key, "utf8").digest("hex");
}
