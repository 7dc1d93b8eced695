import { mkdtempSync, rmSync } from "node:fs";
import { tempDirPrefix } from "../rig/bootstrap/temp-dirs.mjs";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import { benchAgainst } from "./against-bench.js";
import { benchApi } from "./api-bench.js";
import { benchApply } from "./apply-beside-bare.js";
import type { BenchHost } from "./bench-project.js";
import { benchEngines, benchIdleEngines } from "./engine-bench.js";
import { benchGit } from "./git-bench.js";
import { benchJobs } from "./jobs-bench.js";
import { formatMeasurement, isMet, type Measurement } from "./measure.js";
import { benchNoChange } from "./no-change-plan.js";
import { benchPlanInMemory } from "./plan-in-memory.js";
import { benchWatch } from "./watch-bench.js";

const BENCHES: Readonly<Record<string, (host: BenchHost) => Promise<Measurement[]>>> = {
  memory: benchPlanInMemory,
  against: benchAgainst,
  apply: benchApply,
  "no-change": benchNoChange,
  watch: benchWatch,
  git: benchGit,
  engines: benchEngines,
  "idle-engines": benchIdleEngines,
  api: benchApi,
};

/** `npm run bench [-- name… --quick]`: prints every bar with what was measured. Exits 1 when one is not met. */
async function runBenches(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--quick");
  const wants = (name: string) => names.length === 0 || names.includes(name);
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry();
  const dir = mkdtempSync(tempDirPrefix("bench"));
  const host = { socketPath: docker.socketPath, registry, dir };
  let missed = 0;
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (!wants(name)) continue;
      const measurements = await bench(host);
      for (const measurement of measurements) process.stdout.write(`${formatMeasurement(measurement)}\n`);
      missed += measurements.filter((measurement) => !isMet(measurement)).length;
    }
    if (wants("jobs")) missed += await benchJobs(host, args.includes("--quick"));
    return missed === 0 ? 0 : 1;
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await runBenches(process.argv.slice(2));
