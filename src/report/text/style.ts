/** Paints text for a terminal; every function gives its text back unchanged when colour is off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colour repeats what symbols and words already say: a text must read the same with `color: false`. */
export function makeStyle({ color }: { readonly color: boolean }): Style {
  const paint = (open: number, close: number) => (text: string) =>
    color && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}

/** Controls, invisible format characters (bidi overrides, zero widths), lone surrogates and line separators. */
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const SHORT: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Text from a config, a daemon or a container as one line that cannot drive the terminal: what would act on it
 * is shown as an escape, `\x1b` or `\u202e`. To be called before a style paints the text.
 */
export function safeText(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => SHORT[character] ?? escapeVisibly(character.codePointAt(0) ?? 0),
  );
}

function escapeVisibly(codePoint: number): string {
  const hex = codePoint.toString(16);
  if (codePoint < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return codePoint < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

const COLOUR_CODES = new RegExp(`${String.fromCharCode(27)}\\[[0-9;:]*m`, "g");

/** A container's log line: its colours are dropped and tabs become spaces, since programs mean no harm by them. */
export function safeLogLine(line: string): string {
  return safeText(line.trimEnd().replace(COLOUR_CODES, "").replaceAll("\t", "  "));
}

/** JSON text with every character that could drive a terminal written as `\uXXXX`; its value stays the same. */
export function safeJson(json: string): string {
  return json.replace(UNSAFE, (character) => (character === "\n" ? character : escapeForJson(character)));
}

function escapeForJson(character: string): string {
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}
