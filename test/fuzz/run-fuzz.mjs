// `npm run fuzz -- [--runs N] [--seed N] [file…]`: the fuzz tests with as many inputs of each kind as asked, others each
// time. Needs no Docker.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

const { values, positionals } = parseArgs({
  options: { runs: { type: "string", default: "1000" }, seed: { type: "string" } },
  allowPositionals: true,
});
const seed = values.seed ?? String(randomInt(2 ** 31));
if (!/^[1-9]\d*$/.test(values.runs) || !/^\d+$/.test(seed)) {
  console.error("usage: npm run fuzz -- [--runs N] [--seed N] [file…]");
  process.exit(64);
}
console.error(`warm fuzz: ${values.runs} runs of each target with seed ${seed}`);
const files = positionals.length > 0 ? positionals : ["test/fuzz"];
const vitest = [
  "node_modules/vitest/vitest.mjs",
  "run",
  "--config",
  "test/vitest.config.ts",
  "--testTimeout=0",
  ...files,
];
const { status } = spawnSync(process.execPath, vitest, {
  stdio: "inherit",
  env: { ...process.env, WARM_FUZZ_RUNS: values.runs, WARM_FUZZ_SEED: seed },
});
process.exitCode = status ?? 1;
