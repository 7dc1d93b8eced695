import { mkdtempSync, rmSync } from "node:fs";
import { tempDirPrefix } from "../rig/bootstrap/temp-dirs.mjs";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import { benchApply } from "./apply-beside-bare.js";
import type { BenchHost } from "./bench-project.js";
import { formatMeasurement, type Measurement } from "./measure.js";
import { benchNoChange } from "./no-change-plan.js";
import { benchPlanInMemory } from "./plan-in-memory.js";

const BENCHES: Readonly<Record<string, (host: BenchHost) => Promise<Measurement[]>>> = {
  memory: benchPlanInMemory,
  apply: benchApply,
  "no-change": benchNoChange,
};

/** `npm run bench [-- name…]`: prints every bar with what was measured. Exits 0 whatever the numbers are. */
async function runBenches(names: readonly string[]): Promise<void> {
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry();
  const dir = mkdtempSync(tempDirPrefix("bench"));
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (names.length > 0 && !names.includes(name)) continue;
      const measurements = await bench({ socketPath: docker.socketPath, registry, dir });
      for (const measurement of measurements) process.stdout.write(`${formatMeasurement(measurement)}\n`);
    }
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

await runBenches(process.argv.slice(2));
