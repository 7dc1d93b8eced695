import { mkdtempSync, rmSync } from "node:fs";
import { tempDirPrefix } from "../rig/bootstrap/temp-dirs.mjs";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import { BENCHES } from "./benches.js";
import { isMet } from "./figure.js";

/** `npm run bench [-- name… --quick]`: prints every bar with what was measured. Exits 1 when one is not met. */
async function runBenches(args: readonly string[]): Promise<number> {
  const names = args.filter((arg) => arg !== "--quick");
  const wants = (name: string) => names.length === 0 || names.includes(name);
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry();
  const dir = mkdtempSync(tempDirPrefix("bench"));
  const host = { socketPath: docker.socketPath, registry, dir, isQuick: args.includes("--quick") };
  let missed = 0;
  try {
    for (const [name, bench] of Object.entries(BENCHES)) {
      if (!wants(name)) continue;
      const figures = await bench.measure(host);
      process.stdout.write(`${JSON.stringify(figures, null, 1)}\n`);
      if (!("notMeasured" in figures)) missed += figures.filter((figure) => isMet(figure) === false).length;
    }
    return missed === 0 ? 0 : 1;
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

process.exitCode = await runBenches(process.argv.slice(2));
