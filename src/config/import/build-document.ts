import { Document, Pair, Scalar, stringify, YAMLMap, YAMLSeq } from "yaml";
import type { Section } from "./check-entry.js";
import type { Entry, FileValue } from "./entry.js";
import { escapeUnsafe, hasUnsafe, oneLine } from "./one-line.js";

/** A file on its way to its text. */
export interface DraftFile {
  /** Above everything, a line each. */
  readonly head: readonly string[];
  /** Before the sections. */
  readonly settings: readonly (readonly [key: string, value: FileValue, remark?: string])[];
  readonly sections: readonly (readonly [section: Section, entries: readonly Entry[]])[];
}

/** Short values that are read best on the line of their key. */
const ON_ONE_LINE = ["resources", "ready", "logs", "security", "ports"];

const STYLE = {
  lineWidth: 0,
  doubleQuotedAsJSON: true,
  version: "1.2",
  schema: "core",
} as const;

/**
 * The text of a file. Whole entries are entries; the others stand as comments at the end of their section, and need no more
 * than what is missing to be written and the `#` to be taken away. Nothing of a value can end it or begin another one: texts
 * with control characters are in double quotes, and these characters are escapes.
 */
export function writeDraft({ head, settings, sections }: DraftFile): string {
  const document = new Document(new YAMLMap(), STYLE);
  const root = document.contents as YAMLMap;
  document.commentBefore = commentOf(head.map(oneLine));
  for (const [key, value, remark] of settings) {
    const node = toNode(value);
    if (remark !== undefined) node.comment = ` ${oneLine(remark)}`;
    root.add(new Pair(new Scalar(key), node));
  }
  const atEnd: string[] = [];
  for (const [section, entries] of sections) {
    const whole = entries.filter(({ missing }) => missing.length === 0);
    const partial = entries.filter(({ missing }) => missing.length > 0);
    const notes = partial.length === 0 ? [] : [TO_COMPLETE, ...partial.flatMap(commentOut)];
    if (whole.length === 0) {
      if (notes.length > 0) atEnd.push(`${section}:`, ...notes.map((line) => `  ${line}`));
      continue;
    }
    const map = new YAMLMap();
    for (const entry of whole) map.add(toPair(entry));
    if (notes.length > 0) map.comment = commentOf(notes);
    const key = new Scalar(section);
    key.spaceBefore = true;
    root.add(new Pair(key, map));
  }
  if (atEnd.length > 0) document.comment = commentOf(atEnd);
  return escapeUnsafe(document.toString(STYLE));
}

/** A comment still once the first `#` of each line is taken away. */
const TO_COMPLETE = "# To be completed by hand, then without the first `#` of each line:";

/** @param lines without what breaks or hides a line */
function commentOf(lines: readonly string[]): string {
  return lines.map((line) => ` ${line}`).join("\n");
}

function toPair({ id, value, origin, remarks }: Entry): Pair {
  const node = toNode(value);
  for (const { path, text } of remarks) {
    const target = node instanceof YAMLMap ? node.getIn(path, true) : undefined;
    if (target instanceof Scalar || target instanceof YAMLMap) target.comment = ` ${oneLine(text)}`;
  }
  const key = new Scalar(id);
  key.commentBefore = commentOf(origin.map(oneLine));
  return new Pair(key, node);
}

/** An entry that is not whole, as lines for a comment. */
function commentOut(entry: Entry): string[] {
  const root = new YAMLMap();
  root.add(toPair(entry));
  const text = escapeUnsafe(stringify(root, STYLE)).trimEnd();
  return [...text.split("\n"), ...entry.missing.map((clause) => `  # not known: ${oneLine(clause)}`)];
}

function toNode(value: FileValue, key = ""): Scalar | YAMLMap | YAMLSeq {
  if (typeof value === "string") {
    const scalar = new Scalar(value);
    if (hasUnsafe(value)) scalar.type = Scalar.QUOTE_DOUBLE;
    return scalar;
  }
  if (typeof value !== "object") return new Scalar(value);
  const isFlow = ON_ONE_LINE.includes(key);
  if (Array.isArray(value)) {
    const list = new YAMLSeq();
    list.flow = isFlow;
    for (const item of value as readonly FileValue[]) list.add(toNode(item));
    return list;
  }
  const map = new YAMLMap();
  map.flow = isFlow || "fromEnv" in value;
  for (const [name, member] of Object.entries(value)) map.add(new Pair(toNode(name), toNode(member, name)));
  return map;
}
