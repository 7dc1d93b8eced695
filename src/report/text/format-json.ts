import { UNSAFE } from "./make-visible.js";

/**
 * All JSON that is printed: every character that could drive a terminal is written as `\uXXXX`, its value stays
 * the same. No line feed at the end.
 * @param indent spaces a level; 0 gives one line
 */
export function formatJson(value: unknown, indent = 2): string {
  const json = JSON.stringify(value, null, indent);
  return json.replace(UNSAFE, (character) => (character === "\n" ? character : toUnicodeEscapes(character)));
}

function toUnicodeEscapes(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
