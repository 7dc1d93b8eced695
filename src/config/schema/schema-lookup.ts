import { splitPointer } from "../file/positions.js";
import { readSchema } from "./read-schema.js";

/** The part of JSON Schema that warm.schema.json uses. */
export interface SchemaNode {
  readonly $ref?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly examples?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly additionalProperties?: false | SchemaNode;
  readonly propertyNames?: SchemaNode;
  readonly items?: SchemaNode;
  readonly oneOf?: readonly { readonly required?: readonly string[] }[];
  readonly $defs?: Readonly<Record<string, SchemaNode>>;
}

/** What the schema says about one value: its own words, over those of the definition it refers to. */
export interface Described {
  readonly node: SchemaNode;
  /** The definition alone: `Duration`, where the node is titled `Interval`. */
  readonly definition: SchemaNode;
}

/** Finds what the schema says about parts of a file, by JSON pointer. */
export interface SchemaLookup {
  valueAt(pointer: string): Described;
  /** Of the keys of the map at `pointer`. */
  keysAt(pointer: string): Described;
}

/** Reads schemas/warm.schema.json: only a file with problems needs its words. */
export function loadSchemaLookup(): SchemaLookup {
  const root = JSON.parse(readSchema("warm")) as SchemaNode;
  const valueAt = (pointer: string) =>
    splitPointer(pointer).reduce(
      (parent, key) => describe(root, childOf(parent.node, key)),
      describe(root, root),
    );
  return { valueAt, keysAt: (pointer) => describe(root, valueAt(pointer).node.propertyNames ?? {}) };
}

/** The schema of a key below `node`; an empty one where the schema has nothing to say. */
function childOf(node: SchemaNode, key: string): SchemaNode {
  if (node.properties !== undefined && Object.hasOwn(node.properties, key)) return node.properties[key] ?? {};
  return node.items ?? (node.additionalProperties || {});
}

function describe(root: SchemaNode, node: SchemaNode): Described {
  const name = node.$ref?.slice("#/$defs/".length);
  const definition = (name === undefined ? undefined : root.$defs?.[name]) ?? node;
  return { node: { ...definition, ...node }, definition };
}
