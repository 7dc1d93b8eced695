import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { tempDirPrefix } from "../rig/bootstrap/temp-dirs.mjs";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import type { BenchHost } from "./bench-project.js";
import { BENCHES } from "./benches.js";
import { type Figure, isMet } from "./figure.js";
import { formatTable } from "./format-table.js";
import { assembleResults, formatResults, mergeResults, parseResults, type Results } from "./results.js";
import { runBench } from "./run-bench.js";
import { currentLoad, describeSurroundings } from "./surroundings.js";

const RESULTS = resolve(import.meta.dirname, "results.json");

const USAGE = `usage: npm run bench [-- name… --quick --out FILE]
  name     ${Object.keys(BENCHES).join(" ")}
           all by default; what is named takes the place of its earlier results
  --quick  few runs of small sizes, to see that everything runs: no bar on time can fail
  --out    where the results go; default test/bench/results.json, with --quick a file that is told
`;

/** Exits 1 when a bar is missed or a bench fails, 64 when it is asked for what there is not. */
async function main(args: readonly string[]): Promise<number> {
  const asked = readArguments(args);
  if ("problem" in asked) {
    process.stderr.write(`${asked.problem}\n${USAGE}`);
    return 64;
  }
  const { names, isQuick, out } = asked;
  const isAll = names.length === 0;
  const wanted = Object.keys(BENCHES).filter((name) =>
    isAll ? !isQuick || BENCHES[name]?.isInQuick : names.includes(name),
  );
  const file = out ?? (isQuick ? join(tmpdir(), "warm-bench-quick.json") : RESULTS);
  const earlier =
    isAll || isQuick || !existsSync(file) ? undefined : parseResults(readFileSync(file, "utf8"));
  const { results, failed } = await measure(wanted, isQuick, (soFar) =>
    writeFileSync(file, formatResults(earlier === undefined ? soFar : mergeResults(earlier, soFar))),
  );
  const figures = Object.values(results.benches).flatMap((bench) => bench.figures);
  const missed = figures.filter((figure) => isMet(figure) === false);
  process.stdout.write(`${formatTable(results, BENCHES)}\n${sayEnd(figures, missed, failed, file)}\n`);
  const counted = isQuick ? missed.filter(isFirmAnywhere) : missed;
  return failed.length + counted.length === 0 ? 0 : 1;
}

interface Asked {
  readonly names: readonly string[];
  readonly isQuick: boolean;
  readonly out: string | undefined;
}

function readArguments(args: readonly string[]): Asked | { readonly problem: string } {
  const options = { quick: { type: "boolean", default: false }, out: { type: "string" } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    const unknown = positionals.filter((name) => !Object.hasOwn(BENCHES, name));
    if (unknown.length > 0) return { problem: `no such bench: ${unknown.join(", ")}` };
    return { names: positionals, isQuick: values.quick, out: values.out };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function measure(
  names: readonly string[],
  isQuick: boolean,
  save: (soFar: Results) => void,
): Promise<{ results: Results; failed: string[] }> {
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry();
  const dir = mkdtempSync(tempDirPrefix("bench"));
  const host: BenchHost = { socketPath: docker.socketPath, registry, dir, isQuick };
  const failed: string[] = [];
  try {
    const around = await describeSurroundings(host.socketPath);
    const benches: Record<string, Results["benches"][string]> = {};
    for (const name of names) {
      const { result, error } = await runBench(name, host);
      benches[name] = result;
      if (error !== undefined) failed.push(name);
      // What follows may never end.
      save(assembleResults(around, benches));
      const outcome = error ?? result.notMeasured ?? `${result.figures.length} figures`;
      process.stderr.write(`${name}: ${result.seconds} s, load ${currentLoad().toFixed(2)}: ${outcome}\n`);
    }
    return { results: assembleResults(around, benches), failed };
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** What no noise of a machine can move. */
function isFirmAnywhere({ unit }: Figure): boolean {
  return unit === "requests" || unit === "slope";
}

function sayEnd(
  figures: readonly Figure[],
  missed: readonly Figure[],
  failed: readonly string[],
  file: string,
): string {
  const held = figures.filter((figure) => isMet(figure) !== undefined).length;
  const parts = [`${figures.length} figures, ${held - missed.length} of ${held} bars met`];
  if (missed.length > 0) parts.push(`not met: ${missed.map(({ id }) => id).join(", ")}`);
  if (failed.length > 0) parts.push(`failed: ${failed.join(", ")}`);
  return `${parts.join("; ")}. Written to ${file}`;
}

process.exitCode = await main(process.argv.slice(2));
