import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { startDaemon } from "../rig/docker-daemon.js";
import { startRegistry } from "../rig/registry.js";
import { createSandbox } from "../rig/sandbox.js";
import { formatChaosLog, formatResult } from "./format-result.js";
import { runChaos } from "./run-chaos.js";
import { makeSchedule } from "./schedule.js";

/**
 * `run-seed.ts SEED SECONDS LOG`, in namespaces of its own: one run with a Docker that may be killed. Exits 1 after a
 * violation, and then LOG has all that is known of it.
 */
async function runSeed([seed = "", seconds = "", logFile = ""]: readonly string[]): Promise<number> {
  const schedule = makeSchedule(seed, Number(seconds));
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
  const daemon = await startDaemon({ cgroup: `${process.env.WARM_RIG_CGROUP}/${seed}` });
  const registry = await startRegistry();
  Object.assign(process.env, {
    WARM_TEST_RUN: "wchaos",
    WARM_TEST_DOCKER_SOCKET: daemon.socketPath,
    WARM_TEST_REGISTRY: registry.host,
  });
  try {
    const sandbox = await createSandbox();
    const result = await runChaos({
      sandbox,
      daemon,
      seed,
      seconds: Number(seconds),
      schedule,
      cancel: stopped.signal,
    });
    process.stdout.write(`${formatResult(seed, result)}\n`);
    if (result.violations.length === 0) return 0;
    save(logFile, formatChaosLog(seed, schedule, result));
    process.stdout.write(`seed ${seed}: the schedule and all logs are in ${logFile}\n`);
    return 1;
  } catch (error) {
    process.stdout.write(`seed ${seed}: the run itself failed: ${(error as Error).stack}\n`);
    return 1;
  } finally {
    await Promise.all([daemon.stop(), registry.stop()]);
  }
}

function save(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

process.exitCode = await runSeed(process.argv.slice(2));
