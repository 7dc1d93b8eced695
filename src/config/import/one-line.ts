const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const MAX_LENGTH = 300;

/** Whether a text has what drives terminals or hides: controls, invisible format characters, line separators. */
export const hasUnsafe = (text: string) => text.search(UNSAFE) !== -1;

/** With each of these but line feeds as an escape that YAML and JSON know. */
export function escapeUnsafe(text: string): string {
  return text.replace(UNSAFE, (character) => (character === "\n" ? character : toEscape(character)));
}

/** What an object is called, for a comment: one line that is no longer than it has to be. */
export function oneLine(text: string): string {
  const line = text.replace(UNSAFE, (character) => (character === "\n" ? "\\n" : toEscape(character)));
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

function toEscape(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  return hex.length > 4 ? `\\U${hex.padStart(8, "0")}` : `\\u${hex.padStart(4, "0")}`;
}
