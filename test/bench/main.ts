import { mkdtempSync, rmSync } from "node:fs";
import { tempDirPrefix } from "../rig/bootstrap/temp-dirs.mjs";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import { benchApply } from "./apply-beside-bare.js";
import type { BenchHost } from "./bench-project.js";
import { benchEngines, benchIdleEngines } from "./engine-bench.js";
import { formatMeasurement, isMet, type Measurement } from "./measure.js";
import { benchNoChange } from "./no-change-plan.js";
import { benchPlanInMemory } from "./plan-in-memory.js";
import { benchWatch } from "./watch-bench.js";

const BENCHES: Readonly<Record<string, (host: BenchHost) => Promise<Measurement[]>>> = {
  memory: benchPlanInMemory,
  apply: benchApply,
  "no-change": benchNoChange,
  watch: benchWatch,
  engines: benchEngines,
  "idle-engines": benchIdleEngines,
};

/** `npm run bench [-- name…]`: prints every bar with what was measured. Exits 1 when one is not met. */
async function runBenches(names: readonly string[]): Promise<number> {
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry();
  const dir = mkdtempSync(tempDirPrefix("bench"));
  let missed = 0;
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const measurements = await bench({ socketPath: docker.socketPath, registry, dir });
      for (const measurement of measurements) process.stdout.write(`${formatMeasurement(measurement)}\n`);
      missed += measurements.filter((measurement) => !isMet(measurement)).length;
    }
    return missed === 0 ? 0 : 1;
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await runBenches(process.argv.slice(2));
