import { formatMarkdownRow, putSection } from "../../rig/put-section.js";
import { type Figure, isMet } from "../figure.js";
import { formatBar, formatQuantity, formatRatio, ratioTo } from "../format-numbers.js";
import { figuresOf, type Results } from "../results.js";
import { formatSurroundings } from "../surroundings.js";
import { drawCharts } from "./charts.js";

/** What of each bench the README tells. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  peers: ["peers.plan.100", "peers.apply.100", "peers.up.100", "peers.repair.100", "peers.requests-plan.100"],
  "start-up": ["start-up.version", "start-up.validate"],
  "no-change": ["no-change.requests.195", "no-change.plan.200"],
  growth: ["observe", "plan", "status", "events"].map((work) => `growth.${work}.slope-beyond-start`),
  memory: ["memory.warm.10000"],
  apply: ["apply.bare-host.16"],
  git: ["git.converged"],
  watch: ["watch.repair.100", "watch.save.100"],
  idle: ["idle.requests.200", "idle.cpu.200", "idle.memory.200"],
  "idle-engines": ["idle-engines.cpu.8"],
  engines: ["engines.fill.watcher.16", "engines.lease", "engines.lease.p99", "engines.command"],
  leases: [
    ...["leases.idle.rate.64", "leases.library.rate.64"],
    ...["leases.refill.p99.64", "leases.rollout.p99.64"],
  ],
  jobs: ["jobs.kept", "jobs.rate.ratio", "jobs.overhead.console", "jobs.hit"],
};

/**
 * The README with its charts and table as the results have them.
 * @throws Error when it tells of a figure that its bench did not measure; one that has not run at all is named at the end
 */
export function putBenchmarks(readme: string, results: Results): string {
  const charts = drawCharts(results).map(({ file, alt }) => `![${alt}](test/bench/charts/${file})`);
  const text = [...charts, formatTold(results), describe(results)].join("\n\n");
  return putSection(readme, "benchmarks", "made by `npm run docs` from test/bench/results.json", text);
}

function formatTold(results: Results): string {
  const figures = figuresOf(results);
  const measured = Object.entries(TOLD).filter(([name]) => hasFigures(results, name));
  const ids = measured.flatMap(([, told]) => told);
  const rows = ids.map((id) => {
    const figure = figures.get(id);
    if (figure === undefined) throw new Error(`the README tells of ${id}, which the results do not have`);
    return toCells(figure);
  });
  return ["| median of | warm | beside it | bar |", "|---|---|---|---|", ...rows.map(formatMarkdownRow)].join(
    "\n",
  );
}

function toCells(figure: Figure): string[] {
  const { name, unit, series, bars = [] } = figure;
  const [ours, ...others] = series;
  const beside = others.map(({ who, median }) => {
    const ratio = ratioTo(figure, who);
    return `${who} ${formatQuantity(median, unit)}${ratio === undefined ? "" : ` (${formatRatio(ratio)})`}`;
  });
  const asked = bars.map((bar) =>
    "against" in bar ? `${formatBar(bar, unit)} ${bar.against}` : formatBar(bar, unit),
  );
  const verdict = isMet(figure) === false ? " **not met**" : "";
  return [
    name,
    ours === undefined ? "" : formatQuantity(ours.median, unit),
    beside.join(", "),
    `${asked.join(", ")}${verdict}`,
  ];
}

function describe(results: Results): string {
  const days = [...new Set(Object.values(results.benches).map(({ measuredOn }) => measuredOn))].sort();
  const figures = [...figuresOf(results).values()];
  const held = figures.filter((figure) => isMet(figure) !== undefined);
  const missed = held.filter((figure) => isMet(figure) === false).map(({ id }) => `\`${id}\``);
  const end = missed.length === 0 ? "All bars are met." : `Not met: ${missed.join(", ")}.`;
  const gaps = Object.keys(TOLD).flatMap((name) => (hasFigures(results, name) ? [] : [`\`${name}\``]));
  const absent = gaps.length === 0 ? "" : ` Not measured: ${gaps.join(", ")}.`;
  return (
    `In parentheses: warm's median in those of the other. Measured ${days.join(", ")} on ${formatSurroundings(results)}. ` +
    `All ${figures.length} figures with their spread, ${held.length} of them held to a bar, are in ` +
    `[results.json](test/bench/results.json). ${end}${absent}`
  );
}

const hasFigures = ({ benches }: Results, name: string) => (benches[name]?.figures.length ?? 0) > 0;
