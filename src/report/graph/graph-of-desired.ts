import type { PoolResource } from "../../model/pool.js";
import type { Address, Desired, Resource } from "../../model/resource.js";
import { formatCount } from "../text/units.js";
import { buildGraph, type Graph, type GraphEdge, type GraphNode } from "./graph.js";

/** Who works with whom without waiting for it. */
export interface LooseLink {
  readonly from: Address;
  readonly to: Address;
}

/**
 * What a file declares: its resources, and a node for each pool.
 * @param links between a session and what it works with, which the resources themselves do not say
 */
export function graphOfDesired(desired: Desired, links: readonly LooseLink[]): Graph {
  const resources = desired.resources.filter(({ kind }) => kind !== "engine");
  const nodes = [...resources.map(nodeOf), ...desired.pools.map(nodeOfPool)];
  const title = `${desired.project}: ${formatCount(nodes.length, "resource")}, as declared`;
  const ofResources = resources.flatMap(({ address, dependsOn }) => edgesTo(address, dependsOn));
  const ofPools = desired.pools.flatMap((pool) => edgesTo(poolAddress(pool.id), [pool.network, pool.image]));
  const loose = links.map((link): GraphEdge => ({ ...link, isLoose: true }));
  return buildGraph({ title, nodes, edges: [...ofResources, ...ofPools, ...loose] });
}

/** A pool as a whole; its engines have a slot behind it. */
export const poolAddress = (pool: string): Address => `engine.${pool}`;

export function edgesTo(to: Address, from: readonly Address[]): GraphEdge[] {
  return from.map((address) => ({ from: address, to, isLoose: false }));
}

function nodeOf(resource: Resource): GraphNode {
  const { address, name } = resource;
  const common = { address, members: [address], change: undefined };
  if (resource.kind === "volume" && resource.role === "session")
    return { ...common, kind: "session", caption: `session ${resource.session}`, name };
  const kind = resource.kind === "engine" ? "pool" : resource.kind;
  const isTemplates = kind === "volume" || kind === "container";
  return { ...common, kind, caption: isTemplates ? `template ${kind}` : kind, name };
}

function nodeOfPool({ id, policy }: PoolResource): GraphNode {
  const { min, max } = policy.size;
  const count = min === max ? formatCount(max, "engine") : `${min} to ${max} engines`;
  const address = poolAddress(id);
  return {
    address,
    members: [address],
    kind: "pool",
    caption: `pool of ${count}`,
    name: id,
    change: undefined,
  };
}
