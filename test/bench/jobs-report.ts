import { readFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { resolve } from "node:path";
import { alignRows } from "../../src/report/text/format-table.js";
import { dockerOn } from "../rig/docker-client.js";
import { median } from "./measure.js";

/** One line of the table. */
export interface JobRow {
  readonly name: string;
  readonly unit: "ms" | "%" | "x" | "jobs/min";
  /** The median counts. */
  readonly values: readonly number[];
  /** From how many measurements, where one value stands for all of them. */
  readonly samples?: number;
  /** What the pipeline that this comes from promised, and what its own numbers allow. */
  readonly claim?: string;
  readonly limit?: string;
  readonly bar?: { readonly max: number } | { readonly min: number };
  /** What has to be known to read the number. */
  readonly note?: string;
}

export interface Surroundings {
  readonly machine: { readonly cpus: number; readonly model: string; readonly memoryGiB: number };
  readonly kernel: string;
  readonly versions: { readonly warm: string; readonly node: string; readonly docker: string };
  /** Over the last minute, before anything was measured: above some tenths somebody else was at work. */
  readonly load: number;
}

export async function describeSurroundings(socketPath: string): Promise<Surroundings> {
  const [first] = cpus();
  const manifest = readFileSync(resolve(import.meta.dirname, "../../package.json"), "utf8");
  const { Version } = await dockerOn(socketPath).version();
  return {
    machine: {
      cpus: cpus().length,
      model: first?.model ?? "unknown",
      memoryGiB: Math.round(totalmem() / 2 ** 30),
    },
    kernel: release(),
    versions: { warm: JSON.parse(manifest).version, node: process.versions.node, docker: Version },
    load: loadavg()[0] ?? Number.NaN,
  };
}

/** Undefined: the row has no bar. */
export function isRowMet({ values, bar }: JobRow): boolean | undefined {
  if (bar === undefined) return undefined;
  const measured = median(values);
  return "max" in bar ? measured <= bar.max : measured >= bar.min;
}

const HEADINGS = ["MEASURED WITH JOBS", "CLAIM", "LIMIT", "MEASURED", "SPREAD", "N", "BAR", ""];

/** A table with a line for each row, and below it what has to be known to read them. */
export function formatJobTable(rows: readonly JobRow[], around: Surroundings): string {
  const { machine, kernel, versions, load } = around;
  const notes = rows.flatMap(({ name, note }) => (note === undefined ? [] : [`${name}: ${note}`]));
  return [
    ...alignRows([HEADINGS, ...rows.map(toCells)]),
    "",
    ...notes,
    `${machine.cpus} x ${machine.model}, ${machine.memoryGiB} GiB, Linux ${kernel}, load ${load.toFixed(2)} before; ` +
      `warm ${versions.warm}, Node.js ${versions.node}, Docker ${versions.docker}`,
  ].join("\n");
}

function toCells(row: JobRow): string[] {
  const { name, unit, values, claim = "", limit = "", bar } = row;
  const sorted = values.toSorted((a, b) => a - b);
  const show = (value: number | undefined) => formatValue(value ?? Number.NaN, unit);
  const asked = bar && ("max" in bar ? `<= ${show(bar.max)}` : `>= ${show(bar.min)}`);
  const isMet = isRowMet(row);
  return [
    ...[name, claim, limit, show(median(values))],
    values.length < 2 ? "" : `${show(sorted[0])} to ${show(sorted.at(-1))}`,
    ...[
      String(row.samples ?? values.length),
      asked ?? "",
      isMet === undefined ? "" : isMet ? "met" : "NOT MET",
    ],
  ];
}

function formatValue(value: number, unit: JobRow["unit"]): string {
  switch (unit) {
    case "ms":
      return `${value.toFixed(value < 100 ? 2 : 0)} ms`;
    case "%":
      return `${value.toFixed(1)} %`;
    case "x":
      return `${value.toFixed(3)}x`;
    case "jobs/min":
      return `${value.toFixed(1)}/min`;
    default:
      return unit satisfies never;
  }
}

/** The same and every single value, as one line of JSON. */
export function formatJobRows(rows: readonly JobRow[], around: Surroundings): string {
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  const measured = rows.map((row) => ({
    ...row,
    values: row.values.map(round),
    median: round(median(row.values)),
    isMet: isRowMet(row),
  }));
  return JSON.stringify({ format: "warm.bench-jobs/1", ...around, rows: measured });
}
