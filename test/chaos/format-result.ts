import type { ChaosResult } from "./run-chaos.js";
import type { ScheduledFault } from "./schedule.js";

const MOST_LINES = 20;

/** What came of a run, for people. */
export function formatResult(
  seed: string,
  { violations, record, struck, passes, convergedMs }: ChaosResult,
): string {
  const missed = struck.filter((line) => line.includes(": missed: ")).length;
  const { leases, jobs, volumes, pools, errors } = record;
  const successes = jobs.filter(({ last }) => last?.outcome?.success).length;
  const facts = [
    `${struck.length} faults (${missed} missed)`,
    `${leases.length} leases`,
    `${successes} of ${jobs.length} jobs well`,
    `${volumes.length} volumes and ${pools.length} pools looked at`,
    `${errors.length} errors told`,
    `${passes} passes`,
    `converged in ${(convergedMs / 1_000).toFixed(1)} s`,
  ].join(", ");
  if (violations.length === 0) return `seed ${seed}: well: ${facts}`;
  const shown = violations.slice(0, MOST_LINES).map((violation) => `  ${violation}`);
  const rest = violations.length - shown.length;
  const lines = [`seed ${seed}: ${violations.length} violations: ${facts}`, ...shown];
  return [...lines, ...(rest > 0 ? [`  … and ${rest} more`] : [])].join("\n");
}

/** The file of a run that failed: first what was planned, then what happened, then what was told. */
export function formatChaosLog(
  seed: string,
  schedule: readonly ScheduledFault[],
  result: ChaosResult,
): string {
  const { violations, struck, record, logs } = result;
  const sections: [string, readonly string[]][] = [
    [`seed ${seed}: violations`, violations],
    ["schedule", schedule.map((fault) => JSON.stringify(fault))],
    ["what became of the faults", struck],
    ["leases", record.leases.map((lease) => JSON.stringify(lease))],
    ["jobs", record.jobs.map((job) => JSON.stringify(job))],
    ["errors that clients were told", record.errors.map((error) => JSON.stringify(error))],
    ...logs.map((log, index): [string, string[]] => [`log of watcher ${index + 1}`, [log]]),
  ];
  return sections.map(([title, lines]) => `── ${title}\n${lines.join("\n")}\n`).join("\n");
}
