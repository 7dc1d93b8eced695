import { parseEngineAddress } from "../../model/names.js";
import { type Change, isChange } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import type { Address } from "../../model/resource.js";
import { actionWords, kindOf } from "../plan-text/action-words.js";
import { formatPlanSummary } from "../plan-text/format-plan.js";
import { reasonsSentence } from "../plan-text/reasons.js";
import { formatCount } from "../text/units.js";
import { buildGraph, type Graph, type GraphNode, type NodeKind } from "./graph.js";
import { edgesTo } from "./graph-of-desired.js";

/**
 * What a plan changes, and the unchanged resources that a change comes after. Engines of one pool with which the same
 * is done for the same reasons share a node. Their turns among each other are left out: they wait for them, and do
 * without each other.
 */
export function graphOfPlan(document: PlanDocument): Graph {
  const groups = groupChanges(document.changes.filter(isChange));
  const nodeByMember = new Map<Address, GraphNode>();
  for (const group of groups) {
    const node = nodeOfGroup(group);
    for (const { address } of group) nodeByMember.set(address, node);
  }
  const changed = new Set(nodeByMember.values());
  const needed = new Map<Address, GraphNode>();
  const edges = groups.flatMap((group) => {
    const node = nodeByMember.get(group[0]?.address ?? "");
    if (node === undefined) return [];
    const before = group.flatMap(({ dependsOn, address }) =>
      dependsOn.flatMap((other) => {
        if (isTurn(address, other)) return [];
        const first = nodeByMember.get(other) ?? needed.get(other) ?? unchangedNode(other);
        if (!changed.has(first)) needed.set(other, first);
        return [first.address];
      }),
    );
    return edgesTo(node.address, before);
  });
  const title = `${document.project}: ${formatPlanSummary(document)}`;
  return buildGraph({ title, nodes: [...changed, ...needed.values()], edges });
}

type Group = readonly [Change, ...Change[]];

function groupChanges(changes: readonly Change[]): Group[] {
  const groups = new Map<string, [Change, ...Change[]]>();
  for (const change of changes) {
    const { address, action, reasons } = change;
    const pool = parseEngineAddress(address)?.pool;
    const key = JSON.stringify(pool === undefined ? [address] : [pool, action, reasons]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [change]);
    else group.push(change);
  }
  return [...groups.values()];
}

function isTurn(a: Address, b: Address): boolean {
  const pool = parseEngineAddress(a)?.pool;
  return pool !== undefined && pool === parseEngineAddress(b)?.pool;
}

function nodeOfGroup(group: Group): GraphNode {
  const [first, ...others] = group;
  const { action, kind, reasons, name, session } = first;
  const { symbol, verb } = actionWords(action, kind);
  // The action's own word says enough of what is in conflict.
  const text = `${symbol} ${verb}: ${reasonsSentence(reasons, kind)}`;
  const members = group.map(({ address }) => address);
  const common = { address: first.address, members, change: { action, text } };
  if (session !== undefined) return { ...common, kind: "session", caption: `session ${session}`, name };
  if (kind !== "engine") return { ...common, kind, caption: kind, name };
  const slots = members.map((address) => address.slice("engine.".length));
  const caption = others.length === 0 ? "engine" : formatCount(group.length, "engine");
  return { ...common, kind: "pool", caption, name: slots.join(", ") };
}

/** What is not among the changes; its address alone says what it is. */
function unchangedNode(address: Address): GraphNode {
  const kind = kindOf(address) ?? "container";
  const name = address.startsWith(`${kind}.`) ? address.slice(kind.length + 1) : address;
  const drawn: NodeKind = kind === "engine" ? "pool" : kind;
  const change = { action: "noop", text: undefined } as const;
  return { address, members: [address], kind: drawn, caption: kind, name, change };
}
