import { makeVisible } from "../text/make-visible.js";

/** Nothing in it ends a code span or a table's cell, begins a tag, or calls somebody by name. */
const PLAIN = /^[^`|\\<>&@\s](?:[^`|\\<>&@]*[^`|\\<>&@\s])?$/;

/**
 * Text from a file, a daemon or a container as code within a line or a table's cell of GitHub's and GitLab's Markdown. What
 * a code span cannot hold is written by character references: no Markdown, link, mention or tag comes out of any text.
 */
export function inlineCode(text: string): string {
  const visible = makeVisible(text);
  return PLAIN.test(visible) ? `\`${visible}\`` : `<code>${toReferences(visible)}</code>`;
}

/** The same where it is to read as words. */
export function inlineText(text: string): string {
  return toReferences(makeVisible(text));
}

/** All but letters, digits, spaces and what means nothing to Markdown; what begins a list; what begins a link without a scheme. */
const NOT_PLAIN = /[^\p{L}\p{N}\p{M} .,;'"-]|^[ \d-]|www(?=\.)/giu;

function toReferences(text: string): string {
  return text.replace(NOT_PLAIN, (match) =>
    Array.from(match, (character) => `&#${character.codePointAt(0)};`).join(""),
  );
}

/** What stands around lines that are shown as they are: longer than any fence in them. */
export function fenceAround(lines: readonly string[]): readonly [open: string, close: string] {
  const longest = lines
    .flatMap((line) => line.match(/`+/g) ?? [])
    .reduce((length, run) => Math.max(length, run.length), 2);
  const fence = "`".repeat(longest + 1);
  return [`${fence}text\n`, `\n${fence}`];
}

/** A first line that tells one comment from all others, and that nobody sees. */
export function formatMarker(name: string, members: Readonly<Record<string, string | undefined>>): string {
  const pairs = Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : [`${key}=${encodeURIComponent(makeVisible(value))}`],
  );
  return `<!-- ${[`warm:${name}`, ...pairs].join(" ")} -->`;
}
