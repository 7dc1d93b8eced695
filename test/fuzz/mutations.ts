import fc from "fast-check";

/** A value that JSON can hold, of any shape. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Texts that have broken programs before. */
export const HOSTILE_TEXTS: readonly string[] = [
  ...[
    "",
    " ",
    "\n",
    "\0",
    "\u001b[2J",
    "\r\nX: 1",
    "\u202e",
    "\ud800",
    "%s%n",
    "../../../etc/passwd",
    "/",
    "//",
  ],
  ...["__proto__", "constructor", "toString", "<none>", "NaN", "-1", "1e999", "sha256:", "a/b/c@sha256:x:y"],
  ...["x".repeat(5_000), "\u{1f30b}".repeat(300), "2026-13-45T99:99:99Z", "+275760-09-13T00:00:00.000Z"],
];

/** Where something else is expected, each of these is. */
const HOSTILE_VALUES: readonly Json[] = [
  ...[null, true, false, 0, -1, 0.5, 2 ** 53, 1e308, -1e308, [], {}, [[]], [null], [{}], ...HOSTILE_TEXTS],
  // What `String()` throws over.
  { toString: 1, valueOf: null },
  JSON.parse('{"__proto__":{"a":1},"length":3}'),
];

export const hostileJson: fc.Arbitrary<Json> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...HOSTILE_VALUES) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json> },
);

interface Edit {
  readonly at: number;
  readonly how: "replace" | "remove" | "repeat" | "add";
  readonly value: Json;
}

const edits = fc.array(
  fc.record({
    at: fc.nat(10_000),
    how: fc.constantFrom(
      "replace" as const,
      "replace" as const,
      "remove" as const,
      "repeat" as const,
      "add" as const,
    ),
    value: hostileJson,
  }),
  { maxLength: 4 },
);

/** One of these documents with up to four of its values replaced, taken away, repeated or joined by another. */
export function mutatedJson(bases: readonly Json[]): fc.Arbitrary<Json> {
  return fc.tuple(fc.constantFrom(...bases), edits).map(([base, list]) => list.reduce(editJson, base));
}

type Path = readonly (string | number)[];

function editJson(document: Json, { at, how, value }: Edit): Json {
  const paths = [...pathsOf(document)];
  return editAt(document, paths[at % paths.length] ?? [], how, value);
}

function* pathsOf(value: Json, path: Path = []): Generator<Path> {
  yield path;
  if (Array.isArray(value))
    for (const [index, item] of value.entries()) yield* pathsOf(item, [...path, index]);
  else if (typeof value === "object" && value !== null)
    for (const [key, item] of Object.entries(value)) yield* pathsOf(item, [...path, key]);
}

function editAt(document: Json, path: Path, how: Edit["how"], value: Json): Json {
  const [key, ...rest] = path;
  if (key === undefined) return editHere(document, how, value);
  if (Array.isArray(document)) {
    if (rest.length === 0 && how === "remove") return document.filter((_, index) => index !== key);
    if (rest.length === 0 && how === "repeat")
      return document.flatMap((item, index) => (index === key ? [item, item] : [item]));
    return document.map((item, index) => (index === key ? editAt(item, rest, how, value) : item));
  }
  const entries = Object.entries(document as Record<string, Json>).flatMap(
    ([name, item]): [string, Json][] => {
      if (name !== key) return [[name, item]];
      return rest.length === 0 && how === "remove" ? [] : [[name, editAt(item, rest, how, value)]];
    },
  );
  return Object.fromEntries(entries);
}

function editHere(found: Json, how: Edit["how"], value: Json): Json {
  if (how !== "add") return value;
  if (Array.isArray(found)) return [...found, value];
  if (typeof found !== "object" || found === null) return value;
  const name = typeof value === "string" ? value : "odd";
  return Object.fromEntries([...Object.entries(found), [name, value]]);
}

const textEdits = (words: readonly string[]) =>
  fc.array(
    fc.record({
      at: fc.nat(100_000),
      length: fc.oneof(fc.constantFrom(0, 1, 2), fc.nat(200)),
      put: fc.oneof(fc.constantFrom("", ...words), fc.string({ unit: "binary", maxLength: 8 })),
      /** Puts what stood there in again, somewhere else. */
      move: fc.option(fc.nat(100_000), { nil: undefined }),
    }),
    { maxLength: 5 },
  );

/** One of these texts, with up to five spans of it replaced by words, or moved. */
export function mutatedText(
  bases: readonly string[],
  words: readonly string[] = HOSTILE_TEXTS,
): fc.Arbitrary<string> {
  return fc.tuple(fc.constantFrom(...bases), textEdits(words)).map(([base, list]) =>
    list.reduce((text, { at, length, put, move }) => {
      const from = at % (text.length + 1);
      const span = text.slice(from, from + length);
      const rest = text.slice(0, from) + put + text.slice(from + length);
      if (move === undefined) return rest;
      const to = move % (rest.length + 1);
      return rest.slice(0, to) + span + rest.slice(to);
    }, base),
  );
}

/** Bytes as text with a character each, as they are saved. */
export const toBytes = (latin1: string) => Buffer.from(latin1, "latin1");
export const fromBytes = (bytes: Buffer) => bytes.toString("latin1");

/** Cuts bytes at these places, wherever they fall. */
export function cutBytes(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, n) => bytes.subarray(from, places[n] ?? bytes.length));
}
