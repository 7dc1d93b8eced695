import { ACTIONS, type Action } from "../../model/plan.js";
import { makeVisible } from "../text/make-visible.js";
import { LIGHT } from "./action-colors.js";
import type { Graph, GraphNode, NodeKind } from "./graph.js";
import { escapeMermaid } from "./mermaid-text.js";
import { nodeLines } from "./node-lines.js";

/** Of one line of a label. */
const COLUMNS = 64;

/** What mermaid, and with it GitHub, draws by default and no more (`maxEdges`, `maxTextSize` of its configuration). */
export const MERMAID_LIMITS = { edges: 500, characters: 50_000 } as const;

const SHAPES: Readonly<Record<NodeKind, readonly [open: string, close: string]>> = {
  network: ["{{", "}}"],
  image: ["([", "])"],
  volume: ["[(", ")]"],
  session: ["[(", ")]"],
  container: ["[", "]"],
  pool: ["[[", "]]"],
};

/**
 * A graph as mermaid's text, without the fence that makes a picture of it in markdown. Ids are generated and labels
 * are escaped: nothing of a file is read as mermaid. No line feed at the end.
 */
export function formatMermaid(graph: Graph): string {
  const ids = new Map(graph.nodes.map(({ address }, index) => [address, `n${index + 1}`]));
  const idOf = (address: string) => ids.get(address) ?? "";
  const edges = graph.edges.map(({ from, to, isLoose }) => {
    return `  ${idOf(from)} ${isLoose ? "-.->" : "-->"} ${idOf(to)}`;
  });
  const empty = graph.nodes.length === 0 ? [`  n1["${escapeMermaid(makeVisible(graph.title))}"]`] : [];
  const nodes = graph.nodes.map((node) => `  ${idOf(node.address)}${formatNode(node)}`);
  return ["flowchart LR", ...empty, ...nodes, ...edges, ...formatClasses(graph, idOf)].join("\n");
}

function formatNode(node: GraphNode): string {
  const { caption, name, change } = nodeLines(node, COLUMNS);
  const lines = [caption, name, ...(change === undefined ? [] : [change])].filter((line) => line !== "");
  const [open, close] = SHAPES[node.kind];
  return `${open}"${lines.map(escapeMermaid).join("<br/>")}"${close}`;
}

/** One class for each action that occurs, and who has it. */
function formatClasses({ nodes }: Graph, idOf: (address: string) => string): string[] {
  return ACTIONS.flatMap((action: Action) => {
    const ids = nodes.filter(({ change }) => change?.action === action).map(({ address }) => idOf(address));
    if (ids.length === 0) return [];
    const { fill, stroke, text } = LIGHT[action];
    const dashes = action === "noop" ? ",stroke-dasharray:4 3" : "";
    return [
      `  classDef ${action} fill:${fill},stroke:${stroke},color:${text}${dashes}`,
      `  class ${ids.join(",")} ${action}`,
    ];
  });
}
