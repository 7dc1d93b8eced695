/**
 * Whether a file is meant by a pattern: `*` stands for any characters of one name, everything else for itself. With a `/`
 * the pattern is held against the whole path, otherwise against the last name of it.
 * @param path below the output's folder
 */
export function matchPattern(pattern: string, path: string): boolean {
  const names = path.split("/");
  const parts = pattern.split("/");
  if (parts.length === 1) return matchName(pattern, names.at(-1) as string);
  return (
    parts.length === names.length && parts.every((part, index) => matchName(part, names[index] as string))
  );
}

/** Takes the first place for each piece, which is never wrong, and no longer than pattern times name. */
function matchName(pattern: string, name: string): boolean {
  const [first = "", ...rest] = pattern.split("*");
  const last = rest.pop();
  if (last === undefined) return name === pattern;
  if (!name.startsWith(first)) return false;
  let from = first.length;
  for (const piece of rest) {
    const found = name.indexOf(piece, from);
    if (found < 0) return false;
    from = found + piece.length;
  }
  return name.length - last.length >= from && name.endsWith(last);
}
