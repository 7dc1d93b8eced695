/**
 * The README with something else between two marks.
 * @throws Error when it has no place for it
 */
export function putSection(readme: string, name: string, made: string, text: string): string {
  const [first, last] = [`<!-- ${name}: ${made} -->\n`, `<!-- /${name} -->`];
  const [begin, end] = [readme.indexOf(first), readme.indexOf(last)];
  if (begin === -1 || end < begin) throw new Error(`the README has no place for it: ${first}${last}`);
  return `${readme.slice(0, begin)}${first}\n${text}\n\n${readme.slice(end)}`;
}

export function formatMarkdownRow(cells: readonly string[]): string {
  return `| ${cells.map(escapeCell).join(" | ")} |`;
}

const escapeCell = (text: string) => text.replaceAll("|", "\\|").replaceAll("\n", " ");
