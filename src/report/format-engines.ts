import { ENGINE_STATES, type EngineState, type EngineView, type PoolView } from "../model/engine.js";
import { formatJson } from "./text/format-json.js";
import { alignRows } from "./text/format-table.js";
import { makeVisible } from "./text/make-visible.js";
import type { Style } from "./text/style.js";
import { cutEnd, cutMiddle } from "./text/text-width.js";
import { formatAge, formatCount, formatUntil } from "./text/units.js";

const HEADINGS = ["ENGINE", "STATE", "SINCE", "JOBS", "HOLDER / WHY"];
/** An engine's name gives way to the other columns, down to this. */
const ENOUGH = 24;

const PAINTS = {
  starting: "cyan",
  ready: "green",
  leased: "bold",
  resetting: "cyan",
  verifying: "cyan",
  quarantined: "yellow",
  error: "red",
  draining: "dim",
} as const satisfies Record<EngineState, keyof Style>;

/**
 * Pools and their engines: what each pool aims at and why, then a table of all engines. No line feed at the end.
 * @param columns width of the terminal, which the table keeps to; Infinity where there is none
 */
export function formatEngines(pools: readonly PoolView[], style: Style, columns: number, now: Date): string {
  if (pools.length === 0) return "No pools declared.";
  const heads = pools.flatMap((pool) => formatPool(pool, style, now));
  const engines = pools.flatMap((pool) => pool.engines);
  if (engines.length === 0) return heads.join("\n");
  const widest = Number.isFinite(columns) ? Math.max(ENOUGH, Math.floor(columns / 3)) : columns;
  const rows = engines.map((engine) => toRow(engine, style, widest, now));
  const table = alignRows([HEADINGS.map((heading) => style.dim(heading)), ...rows]);
  return [...heads, "", ...table.map((line) => cutEnd(line, columns))].join("\n");
}

/** A line on the pool, and one each on what keeps it from being as it should. */
function formatPool(pool: PoolView, style: Style, now: Date): string[] {
  const { id, target, counts, queued, decision, breaker, rollout } = pool;
  const total = ENGINE_STATES.reduce((sum, state) => sum + counts[state], 0);
  const present = ENGINE_STATES.filter((state) => counts[state] > 0).map(
    (state) => `${counts[state]} ${state}`,
  );
  const facts = [
    `${total} of ${target}`,
    ...present,
    ...(queued === 0 ? [] : [style.yellow(`${queued} in the queue`)]),
  ];
  const because = decision === "" ? "" : ` ${style.dim(`(${makeVisible(decision)})`)}`;
  return [
    `${style.bold(makeVisible(id))}: ${facts.join(", ")}${because}`,
    ...(breaker === undefined
      ? []
      : [
          `  ${style.red("breaker open")} since ${formatAge(breaker.since, now)}: ${makeVisible(breaker.reason)}; \`warm recycle ${makeVisible(id)}\` closes it`,
        ]),
    ...(rollout === undefined ? [] : [`  ${formatRollout(rollout, style)}`]),
  ];
}

function formatRollout({ stale, pausedBecause }: NonNullable<PoolView["rollout"]>, style: Style): string {
  const left = `${formatCount(stale, "engine")} to replace`;
  return pausedBecause === undefined
    ? `rollout: ${left}`
    : `${style.yellow("rollout paused")}, ${left}: ${makeVisible(pausedBecause)}`;
}

function toRow(engine: EngineView, style: Style, widest: number, now: Date): string[] {
  const { address, state, since, jobs, isFrozen, isStale, lease } = engine;
  const marks = [...(isFrozen ? ["frozen"] : []), ...(isStale ? ["stale"] : [])];
  const activity = lease?.activity === undefined ? "" : ` (${makeVisible(lease.activity)})`;
  const name = makeVisible(address.replace(/^engine\./, ""));
  return [
    cutMiddle(name, widest),
    [`${style[PAINTS[state]](state)}${activity}`, ...marks].join(", "),
    formatAge(since, now),
    String(jobs),
    describe(engine, now),
  ];
}

/** Who has it and until when; else what its last step says. */
function describe({ lease, history }: EngineView, now: Date): string {
  if (lease !== undefined)
    return `${makeVisible(lease.holder)}, ends ${formatUntil(lease.expiresAt, now)} unless renewed`;
  return makeVisible(history.at(-1)?.reason ?? "");
}

/** The same facts for tools. Ends in a line feed. */
export function formatEnginesJson(pools: readonly PoolView[]): string {
  return `${formatJson({ format: "warm.engines/1", pools })}\n`;
}
