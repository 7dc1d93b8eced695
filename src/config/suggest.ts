import { distance } from "fastest-levenshtein";

const MAX_COMPARED_LENGTH = 64;
const MAX_COMPARED_OPTIONS = 2_000;
const MAX_LISTED = 12;

/** The option that was probably meant: at most a third of its letters differ (two in a short one), not counting case. */
export function findClosest(text: string, options: readonly string[]): string | undefined {
  if (text.length > MAX_COMPARED_LENGTH) return undefined;
  const wanted = text.toLowerCase();
  let best: { option: string; errors: number } | undefined;
  for (const option of options.slice(0, MAX_COMPARED_OPTIONS)) {
    const errors = distance(wanted, option.toLowerCase());
    const longer = Math.max(text.length, option.length);
    const allowed = longer < 3 ? 1 : Math.max(2, Math.floor(longer / 3));
    if (errors <= allowed && (best === undefined || errors < best.errors)) best = { option, errors };
  }
  return best?.option;
}

/** A hint: what was probably meant, else what there is. */
export function suggest(
  text: string,
  options: readonly string[],
  otherwise = "there is nothing to choose from",
): string {
  const closest = findClosest(text, options);
  if (closest !== undefined) return `did you mean \`${closest}\`?`;
  if (options.length === 0) return otherwise;
  const listed = options.slice(0, MAX_LISTED).map((option) => `\`${option}\``);
  const more = options.length > MAX_LISTED ? ", …" : "";
  return `use ${options.length === 1 ? "" : "one of "}${listed.join(", ")}${more}`;
}
