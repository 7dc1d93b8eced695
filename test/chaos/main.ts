import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import pLimit from "p-limit";
import { runInner } from "../rig/bootstrap/inner.mjs";

const projectDir = resolve(import.meta.dirname, "../..");
/** Below node_modules: what a run leaves there goes with the checkout. */
const logDir = resolve(projectDir, "node_modules/.cache/chaos");

interface ChaosOptions {
  readonly seeds: readonly string[];
  readonly seconds: number;
  readonly parallel: number;
}

/**
 * `npm run chaos [-- --seconds 60 --seed S --seeds N --parallel K]`: runs under faults, each with a Docker of its own. Exits 1
 * when one of them has a violation.
 */
async function main(args: readonly string[]): Promise<number> {
  const { seeds, seconds, parallel } = readArguments(args);
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  report(
    `chaos: ${seeds.length} × ${seconds} s, ${seeds.length === 1 ? `seed ${seeds[0]}` : `seeds ${seeds[0]} to ${seeds.at(-1)}`}`,
  );
  const limit = pLimit(parallel);
  const failed: string[] = [];
  let isStopped = false;
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => (isStopped = true));
  await Promise.all(
    seeds.map((seed) =>
      limit(async () => {
        if (isStopped) return failed.push(seed);
        const script = ["test/chaos/run-seed.ts", seed, String(seconds), resolve(logDir, `${seed}.log`)];
        const code = await runInner(
          { mode: "own" },
          [process.execPath, "--import", "tsx", ...script],
          projectDir,
        );
        if (code !== 0) failed.push(seed);
        return undefined;
      }),
    ),
  );
  for (const seed of failed) report(`again: npm run chaos -- --seed ${seed} --seconds ${seconds}`);
  report(`${seeds.length - failed.length} of ${seeds.length} seeds without a violation`);
  return failed.length === 0 ? 0 : 1;
}

/** @throws Error for what is no number */
function readArguments(args: readonly string[]): ChaosOptions {
  const text = { type: "string" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { seconds: text, seed: text, seeds: text, parallel: text },
  });
  const { seed = randomBytes(3).toString("hex") } = values;
  const count = readNumber("--seeds", values.seeds ?? "1");
  return {
    seconds: readNumber("--seconds", values.seconds ?? "60"),
    parallel: readNumber("--parallel", values.parallel ?? "1"),
    seeds: count === 1 ? [seed] : Array.from({ length: count }, (_, index) => `${seed}-${index + 1}`),
  };
}

function readNumber(option: string, value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1)
    throw new Error(`${option} ${value} is no whole number above 0`);
  return number;
}

process.exitCode = await main(process.argv.slice(2));
