/** East Asian wide characters and emoji: two columns each. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]|\p{Emoji_Presentation}/u;
const COMBINING = /[\p{Mn}\p{Me}]/u;
const FIRST_COMBINING = "\u0300";
/** Turns the character before it into an emoji of two columns, on some terminals. */
const EMOJI_SELECTOR = "\ufe0f";
const PAINT = new RegExp(`(${String.fromCharCode(27)}\\[[0-9;]*m)`);
const ELLIPSIS = "…";

/** Columns that a text takes on a terminal; never fewer than it does. Expects safe text, painted or not. */
export function displayWidth(text: string): number {
  return text
    .split(PAINT)
    .filter((_, index) => index % 2 === 0)
    .reduce(
      (total, part) => total + Array.from(part).reduce((sum, character) => sum + widthOf(character), 0),
      0,
    );
}

function widthOf(character: string): number {
  if (character < FIRST_COMBINING) return 1;
  if (character === EMOJI_SELECTOR) return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** `text` with spaces up to `width` columns; a wider text stays as it is. */
export function padColumns(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** A painted text cut to `width` columns, ending in `…`. Colours that were opened are still closed. */
export function cutEnd(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let left = width - 1;
  const parts = text.split(PAINT).map((part, index) => {
    if (index % 2 === 1 || left < 0) return index % 2 === 1 ? part : "";
    const kept = takeColumns(Array.from(part), left);
    const isCut = kept.length < part.length;
    left = isCut ? -1 : left - displayWidth(kept);
    return isCut ? kept + (width > 0 ? ELLIPSIS : "") : kept;
  });
  return parts.join("");
}

/** A plain text cut to `width` columns in its middle, where ids and references differ least. */
export function cutMiddle(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (width < 3) return cutEnd(text, width);
  const characters = Array.from(text);
  const tail = Math.floor((width - 1) / 2);
  const end = takeColumns(characters.toReversed(), tail);
  const start = takeColumns(characters, width - 1 - displayWidth(end));
  return `${start}${ELLIPSIS}${Array.from(end).reverse().join("")}`;
}

/** As many of the characters, from the first on, as fit into `width` columns. */
function takeColumns(characters: readonly string[], width: number): string {
  let used = 0;
  const firstOver = characters.findIndex((character) => {
    used += widthOf(character);
    return used > width;
  });
  return characters.slice(0, firstOver === -1 ? undefined : firstOver).join("");
}
