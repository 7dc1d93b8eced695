import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type ParsedNode,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Finding } from "../finding.js";
import { fieldBelow, type Place, type Position, type Positions, pointerTo } from "./positions.js";

/** A file as plain data. `value` is undefined when the text is not worth a look at its meaning. */
export interface ParsedYaml {
  readonly value: unknown;
  readonly positions: Positions;
  readonly findings: readonly Finding[];
}

/** Far deeper than the format, far less than the stack. */
const MAX_DEPTH = 64;
/** Of all values, those that aliases repeat counted each time: what an alias bomb exceeds. */
const MAX_VALUES = 400_000;

interface Reader {
  readonly positionOf: (offset: number) => Position;
  readonly positions: Map<string, Place>;
  readonly findings: Finding[];
  /** The latest node of each name so far: aliases point backwards. */
  readonly anchors: Map<string, Node>;
  /** Anchored nodes that are being read: an alias to one of them would never end. */
  readonly open: Set<Node>;
  values: number;
}

/** Where a value belongs. */
interface Slot {
  readonly pointer: string;
  readonly field: string;
  readonly depth: number;
  readonly key: Position | undefined;
}

/** Stops the reading: what follows would only repeat the finding. */
class TreeRefused extends Error {}

/** A parsed node as plain data without prototypes, so that a key `__proto__` is a key like any other. */
export function readTree(root: ParsedNode, positionOf: Reader["positionOf"]): ParsedYaml {
  const reader: Reader = {
    positionOf,
    positions: new Map(),
    findings: [],
    anchors: new Map(),
    open: new Set(),
    values: 0,
  };
  try {
    const value = readNode(reader, root, { pointer: "", field: "", depth: 0, key: { line: 1, column: 1 } });
    return { value, positions: reader.positions, findings: reader.findings };
  } catch (error) {
    if (!(error instanceof TreeRefused)) throw error;
    return { value: undefined, positions: reader.positions, findings: reader.findings };
  }
}

function readNode(reader: Reader, node: Node | null | undefined, slot: Slot): unknown {
  const position = node?.range ? reader.positionOf(node.range[0]) : (slot.key ?? { line: 1, column: 1 });
  const report = (rule: string, message: string, hint: string) => {
    reader.findings.push({ position, field: slot.field, rule, message, hint });
  };
  reader.values += 1;
  if (reader.values > MAX_VALUES) {
    report("alias-bomb", `aliases make more than ${MAX_VALUES} values of this file`, "write the values out");
    throw new TreeRefused();
  }
  if (slot.depth > MAX_DEPTH) {
    report(
      "too-deep",
      `nested deeper than ${MAX_DEPTH} levels`,
      "close the brackets, or correct the indentation",
    );
    throw new TreeRefused();
  }
  if (isAlias(node)) return readAlias(reader, node.source, slot, report);
  place(reader, slot, position, isScalar(node) && node.type === "PLAIN" ? node.source : undefined);
  if (node?.anchor !== undefined) reader.anchors.set(node.anchor, node);
  if (isMap(node)) return readOpen(reader, node, () => readMap(reader, node, slot));
  if (isSeq(node)) return readOpen(reader, node, () => readSeq(reader, node, slot));
  const value = isScalar(node) ? node.value : null;
  if (typeof value === "string" && value.includes("\0")) {
    report("nul-byte", "the text has a NUL character", "remove the `\\0`: no container can receive it");
  }
  return value;
}

function place(reader: Reader, slot: Slot, position: Position, source: string | undefined): void {
  // `port:` with nothing after it: the key is what there is to point at.
  const value = source === "" ? (slot.key ?? position) : position;
  reader.positions.set(slot.pointer, { field: slot.field, key: slot.key ?? position, value, source });
}

function readAlias(
  reader: Reader,
  name: string,
  slot: Slot,
  report: (rule: string, message: string, hint: string) => void,
): unknown {
  const target = reader.anchors.get(name);
  if (target !== undefined && !reader.open.has(target)) return readNode(reader, target, slot);
  if (target === undefined)
    report("unknown-alias", `nothing above is marked \`&${name}\``, "quote a text that starts with `*`");
  else report("endless-alias", `\`*${name}\` stands inside of \`&${name}\``, "write the value out");
  throw new TreeRefused();
}

function readOpen<T>(reader: Reader, node: Node, read: () => T): T {
  reader.open.add(node);
  try {
    return read();
  } finally {
    reader.open.delete(node);
  }
}

function readSeq(reader: Reader, node: YAMLSeq, slot: Slot): unknown[] {
  return node.items.map((item, index) =>
    readNode(reader, item as Node | null, {
      pointer: slot.pointer + pointerTo(index),
      field: fieldBelow(slot.field, index),
      depth: slot.depth + 1,
      key: undefined,
    }),
  );
}

function readMap(reader: Reader, node: YAMLMap, slot: Slot): Record<string, unknown> {
  const result: Record<string, unknown> = Object.create(null);
  const lineOfKey = new Map<string, number>();
  for (const pair of node.items as Pair<Node | null, Node | null>[]) {
    const position = pair.key?.range
      ? reader.positionOf(pair.key.range[0])
      : reader.positionOf(node.range?.[0] ?? 0);
    const key = keyText(pair.key);
    const field = fieldBelow(slot.field, key ?? "?");
    if (key === undefined) {
      const message = "a key must be plain text";
      reader.findings.push({
        position,
        field,
        rule: "bad-key",
        message,
        hint: "write `key: value`; quote odd keys",
      });
      continue;
    }
    const first = lineOfKey.get(key);
    if (first !== undefined) {
      const message = `the key is given twice, first on line ${first}`;
      reader.findings.push({ position, field, rule: "duplicate-key", message, hint: "keep one of the two" });
      continue;
    }
    lineOfKey.set(key, position.line);
    const pointer = slot.pointer + pointerTo(key);
    result[key] = readNode(reader, pair.value, { pointer, field, depth: slot.depth + 1, key: position });
  }
  return result;
}

/** A key as it is written: `010` and `1.0` are ids, not numbers. */
function keyText(key: Node | null): string | undefined {
  if (!isScalar(key)) return undefined;
  const text = key.type === "PLAIN" ? (key.source ?? "") : String(key.value);
  return text === "" || text.includes("\0") ? undefined : text;
}
