/**
 * What stands between two letters or digits there means nothing to mermaid, nor to the markdown as which it reads labels; but
 * for an icon (`fa:fa-car`) and a link (`www.…`). And the first letter of words that mermaid takes for a style wherever they
 * stand: from such a line it cuts the last semicolon, which may be an entity code's.
 */
const RISKY =
  /((?<=[A-Za-z0-9])(?:[-/]|:(?!fa-)|(?<!www)\.)(?=[A-Za-z0-9]))|[^A-Za-z0-9 ]|s(?=tyle)|c(?=lassDef)/gsu;

/**
 * Text for the inside of a quoted label: mermaid's entity codes (`#35;`) stand for all that could be read as anything but
 * text. No quote, bracket, tag, directive, link or markdown is left. Dollars are parted: two of them are mathematics, also
 * when codes stand for them.
 * @param text one line without control characters
 */
export function escapeMermaid(text: string): string {
  return text
    .replace(/\$(?=\$)/g, "$ ")
    .replace(RISKY, (character: string, harmless: string | undefined) =>
      harmless === undefined ? `#${character.codePointAt(0)};` : character,
    );
}
