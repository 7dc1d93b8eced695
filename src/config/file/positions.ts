/** Both 1-based; columns count UTF-16 units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Where one value of a file stands. */
export interface Place {
  /** For people: `templates.0f8c….env.TOKEN`, `engines.valheim.job.outputs[0].from`. */
  readonly field: string;
  /** The key that the value belongs to; for an item of a list the item itself. */
  readonly key: Position;
  readonly value: Position;
  /** A plain scalar's text as it was written: `1.10` where the value is 1.1. */
  readonly source: string | undefined;
}

/** Places by JSON pointer; `""` is the whole file. */
export type Positions = ReadonlyMap<string, Place>;

const MAX_KEY_LENGTH = 80;

/** The JSON pointer of nested keys and list indexes. */
export function pointerTo(...segments: readonly (string | number)[]): string {
  let pointer = "";
  for (const segment of segments) pointer += `/${escapeSegment(segment)}`;
  return pointer;
}

/** Every value of a file and many a rule asks for pointers, and next to no key has what must be escaped. */
function escapeSegment(segment: string | number): string | number {
  if (typeof segment === "number" || !(segment.includes("~") || segment.includes("/"))) return segment;
  return segment.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** The keys and list indexes of a JSON pointer. */
export function splitPointer(pointer: string): string[] {
  const segments = pointer.split("/").slice(1);
  return segments.map((segment) => segment.replaceAll("~1", "/").replaceAll("~0", "~"));
}

/** The place of a pointer, or of the nearest value around it that is in the file. */
export function placeOf(positions: Positions, pointer: string): Place {
  const place = positions.get(pointer);
  if (place !== undefined) return place;
  if (pointer === "")
    return { field: "", key: { line: 1, column: 1 }, value: { line: 1, column: 1 }, source: undefined };
  return placeOf(positions, pointer.slice(0, pointer.lastIndexOf("/")));
}

/** `key` below `field`, cut where a hostile key would fill the screen. */
export function fieldBelow(field: string, key: string | number): string {
  if (typeof key === "number") return `${field}[${key}]`;
  const short = key.length > MAX_KEY_LENGTH ? `${key.slice(0, MAX_KEY_LENGTH)}…` : key;
  return field === "" ? short : `${field}.${short}`;
}
