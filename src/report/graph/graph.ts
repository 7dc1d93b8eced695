import type { Action } from "../../model/plan.js";
import type { Address } from "../../model/resource.js";

export const NODE_KINDS = ["network", "image", "volume", "session", "container", "pool"] as const;
export type NodeKind = (typeof NODE_KINDS)[number];

/** One box of a picture. No text in it is escaped or cut: who draws it does that. */
export interface GraphNode {
  /** Unique in its graph. */
  readonly address: Address;
  /** All addresses that it stands for: a pool's node stands for several engines. */
  readonly members: readonly Address[];
  readonly kind: NodeKind;
  /** What it is, in a word or two: `template volume`. */
  readonly caption: string;
  readonly name: string;
  /** Of a plan's graph: what becomes of it. `noop` stands there for what a change needs. */
  readonly change: NodeChange | undefined;
}

export interface NodeChange {
  readonly action: Action;
  /** `± replace: its configuration changed`; undefined where nothing is done. */
  readonly text: string | undefined;
}

/** From what comes first to what comes after it, by the addresses of two nodes. */
export interface GraphEdge {
  readonly from: Address;
  readonly to: Address;
  /** Whether it only says that one works with the other, and neither waits. */
  readonly isLoose: boolean;
}

/** What is drawn; without cycles unless the plan itself has one. */
export interface Graph {
  /** One line above the picture. */
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/**
 * Nodes by kind and address, each once, and each edge between two of them once: the same parts in any order make the
 * same graph.
 */
export function buildGraph({ title, nodes, edges }: Graph): Graph {
  const known = new Map(nodes.map((node) => [node.address, node]));
  const byKey = new Map<string, GraphEdge>();
  for (const edge of edges) {
    const key = JSON.stringify([edge.from, edge.to]);
    const isDrawn = known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to;
    // Of two edges between the same nodes the firm one counts.
    if (isDrawn && (byKey.get(key)?.isLoose ?? true)) byKey.set(key, edge);
  }
  const rank = ({ kind }: GraphNode) => NODE_KINDS.indexOf(kind);
  return {
    title,
    nodes: [...known.values()].sort((a, b) => rank(a) - rank(b) || compareTexts(a.address, b.address)),
    edges: [...byKey.values()].sort((a, b) => compareTexts(a.from, b.from) || compareTexts(a.to, b.to)),
  };
}

const compareTexts = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
