import { resolve } from "node:path";
import { toPlanDocument } from "../../apply/plan-document.js";
import { linkSessions } from "../../config/link-sessions.js";
import { loadConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import type { Address } from "../../model/resource.js";
import { suggestAddress } from "../../plan/select-changes.js";
import { formatMermaid, MERMAID_LIMITS } from "../../report/graph/format-mermaid.js";
import type { Graph } from "../../report/graph/graph.js";
import { graphOfDesired } from "../../report/graph/graph-of-desired.js";
import { graphOfPlan } from "../../report/graph/graph-of-plan.js";
import { findNode, selectNodes } from "../../report/graph/select-nodes.js";
import { formatCount } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";
import { readPlanDocument } from "../plan/read-plan-document.js";
import { writeFileWhole } from "../write-file.js";

interface Options {
  readonly format: "mermaid" | "svg";
  readonly plan?: string;
  readonly current?: boolean;
  readonly target?: readonly Address[];
  readonly out?: string;
  readonly stateDir?: string;
}

export async function runGraph(context: CommandContext, options: Options): Promise<number> {
  const { terminal, cwd } = context;
  const { format, target = [], out } = options;
  const whole = await readGraph(context, options);
  const graph = target.length === 0 ? whole : selectNodes(whole, checkTargets(whole, target));
  const picture = await draw(graph, format);
  if (out === undefined) terminal.print(picture);
  else {
    writeFileWhole(resolve(cwd, out), `${picture}\n`, 0o644);
    terminal.note(`Wrote ${out}: ${formatCount(graph.nodes.length, "resource")}.`);
  }
  const edges = graph.edges.length;
  const isTooMuch = edges > MERMAID_LIMITS.edges || picture.length > MERMAID_LIMITS.characters;
  if (format === "mermaid" && isTooMuch)
    terminal.note(
      `note: mermaid draws ${MERMAID_LIMITS.edges} arrows and ${MERMAID_LIMITS.characters} characters unless it is told otherwise, and this has ${edges} and ${picture.length}; use --format svg, or --target ADDRESS for a part`,
    );
  return 0;
}

async function readGraph({ global, cwd, env }: CommandContext, options: Options): Promise<Graph> {
  if (options.plan !== undefined) return graphOfPlan(readPlanDocument(options.plan, cwd));
  if (options.current === true) return planNow({ global, cwd, env }, options.stateDir);
  // What it declares depends on no secret.
  const { config, desired } = await loadConfig({ path: global.file, cwd, env, known: "unread" });
  return graphOfDesired(desired, linkSessions(config));
}

async function planNow(
  { global, cwd, env }: Omit<CommandContext, "terminal">,
  stateDir: string | undefined,
): Promise<Graph> {
  const { openPooledProject } = await import("../../pool/open-pooled-project.js");
  const project = await openPooledProject({ ...global, cwd, env, stateDir });
  try {
    const { plan, observed } = await project.plan();
    return graphOfPlan(toPlanDocument(plan, observed, project.config));
  } finally {
    project.close();
  }
}

/** @throws WarmError `usage` for an address that is not drawn, with the nearest one that is */
function checkTargets(graph: Graph, targets: readonly Address[]): readonly Address[] {
  const unknown = targets.find((target) => findNode(graph, target) === undefined);
  if (unknown === undefined) return targets;
  const known = graph.nodes.flatMap(({ members }) => members);
  throw new WarmError("usage", `--target ${unknown}: no such resource in this graph`, {
    hint: suggestAddress(unknown, known),
  });
}

/** The layout is loaded by those who need one. */
async function draw(graph: Graph, format: Options["format"]): Promise<string> {
  if (format === "mermaid") return formatMermaid(graph);
  const { formatSvg } = await import("../../report/graph/format-svg.js");
  return formatSvg(graph);
}
