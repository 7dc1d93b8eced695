import type { FieldValue } from "../../model/plan.js";
import { REDACTED } from "../../model/secret.js";
import { makeVisible } from "../text/make-visible.js";
import { cutMiddle } from "../text/text-width.js";
import { formatBytes, formatDurationMs } from "../text/units.js";

const BYTES_PATH = /^((resources|limits)\.memory(Bytes)?|resources\.swap|logs\.maxSize)$/;
const TTL_PATH = /^ttl$/;
/** Without swap there is none, not any amount of it. */
const LIMIT_PATH = /^(resources|limits)\.(?!swap$)/;
const LONG_ID = /\bsha256:([0-9a-f]{12})[0-9a-f]{20,}\b/g;
const LONG_TEXT = 60;
const CONTEXT = 8;

/** One value of a field as people read it: `"info"`, `256 MiB`, `unlimited`, `(not set)`, `(sensitive)`. */
export function formatFieldValue(path: string, value: FieldValue): string {
  if (value === null) return "(not set)";
  if (value === REDACTED) return REDACTED;
  if (typeof value === "string") return quote(value);
  if (value === 0 && LIMIT_PATH.test(path)) return "unlimited";
  if (typeof value === "number" && BYTES_PATH.test(path)) return formatBytes(value);
  return typeof value === "number" && TTL_PATH.test(path) ? formatDurationMs(value) : String(value);
}

/**
 * `before -> after` in one text. Ids become as short as Docker prints them, and long texts lose what they share;
 * two values that differ never come out the same.
 * @param arrow what stands between the two, for a painted one
 */
export function formatTransition(path: string, before: FieldValue, after: FieldValue, arrow = "->"): string {
  if (before === REDACTED || after === REDACTED) return formatSecretTransition(before, after, arrow);
  const whole = [before, after].map((value) => formatFieldValue(path, value)) as [string, string];
  const [from, to] = isText(before) && isText(after) ? shorten(before, after) : whole.map(shortId);
  return from === to ? `${whole[0]} ${arrow} ${whole[1]}` : `${from} ${arrow} ${to}`;
}

function formatSecretTransition(before: FieldValue, after: FieldValue, arrow: string): string {
  if (before === null) return `(not set) ${arrow} ${REDACTED}`;
  return after === null ? `${REDACTED} ${arrow} (not set)` : REDACTED;
}

const isText = (value: FieldValue): value is string => typeof value === "string";
const quote = (text: string) => makeVisible(JSON.stringify(text));
const shortId = (text: string) => text.replace(LONG_ID, "sha256:$1");

/** Cuts a long pair to where the two part, with a few characters before it. */
function shorten(before: string, after: string): [string, string] {
  const [from, to] = [Array.from(shortId(before)), Array.from(shortId(after))];
  if (from.length <= LONG_TEXT && to.length <= LONG_TEXT) return [quote(from.join("")), quote(to.join(""))];
  const parting = from.findIndex((character, index) => character !== to[index]);
  const start = Math.max(0, (parting === -1 ? from.length : parting) - CONTEXT);
  const cut = (text: readonly string[]) =>
    cutMiddle(quote((start === 0 ? "" : "…") + text.slice(start).join("")), LONG_TEXT);
  return [cut(from), cut(to)];
}
