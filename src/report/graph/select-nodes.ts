import { parseEngineAddress } from "../../model/names.js";
import type { Address } from "../../model/resource.js";
import { buildGraph, type Graph, type GraphEdge } from "./graph.js";
import { poolAddress } from "./graph-of-desired.js";

/**
 * The part of a graph that belongs to some of its addresses: they, all that comes before them and all that comes after them.
 * @param targets as {@link findNode} knows them; others select nothing
 */
export function selectNodes(graph: Graph, targets: readonly Address[]): Graph {
  const from = targets.flatMap((target) => findNode(graph, target) ?? []);
  const selected = new Set([
    ...reach(
      from,
      groupEdges(graph.edges, (edge) => [edge.to, edge.from]),
    ),
    ...reach(
      from,
      groupEdges(graph.edges, (edge) => [edge.from, edge.to]),
    ),
  ]);
  return buildGraph({ ...graph, nodes: graph.nodes.filter(({ address }) => selected.has(address)) });
}

/** The address of the node that stands for an address; an engine of a pool that is drawn as one is that pool. */
export function findNode({ nodes }: Graph, target: Address): Address | undefined {
  const pool = parseEngineAddress(target)?.pool;
  const wanted = pool === undefined ? [target] : [target, poolAddress(pool)];
  return nodes.find(({ members }) => wanted.some((address) => members.includes(address)))?.address;
}

function groupEdges(
  edges: readonly GraphEdge[],
  ends: (edge: GraphEdge) => readonly [at: Address, next: Address],
): ReadonlyMap<Address, readonly Address[]> {
  const groups = new Map<Address, Address[]>();
  for (const edge of edges) {
    const [at, next] = ends(edge);
    const group = groups.get(at);
    if (group === undefined) groups.set(at, [next]);
    else group.push(next);
  }
  return groups;
}

function reach(
  from: readonly Address[],
  next: ReadonlyMap<Address, readonly Address[]>,
): ReadonlySet<Address> {
  const reached = new Set<Address>();
  const open = [...from];
  for (let address = open.pop(); address !== undefined; address = open.pop()) {
    if (reached.has(address)) continue;
    reached.add(address);
    open.push(...(next.get(address) ?? []));
  }
  return reached;
}
