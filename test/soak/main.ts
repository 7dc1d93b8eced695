import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { startRegistry } from "../rig/registry.js";
import { openRigDocker } from "../rig/rig-docker.js";
import { createSandbox } from "../rig/sandbox.js";
import { formatSummary, runSoak } from "./soak.js";

/** `npm run soak [-- --minutes 10 --seed N]`: the soak of `warm watch` in full length. Exits 1 when it fails. */
async function main(args: readonly string[]): Promise<number> {
  const { minutes, seed } = readArguments(args);
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const)
    process.on(signal, () => stopped.abort(new Error(`stopped by ${signal}`)));
  const [docker, registry] = await Promise.all([openRigDocker(process.env), startRegistry()]);
  Object.assign(process.env, {
    WARM_TEST_RUN: `w${randomBytes(3).toString("hex").slice(0, 5)}`,
    WARM_TEST_DOCKER_SOCKET: docker.socketPath,
    WARM_TEST_REGISTRY: registry.host,
  });
  const report = (line: string) => void process.stdout.write(`${line}\n`);
  try {
    await using sandbox = await createSandbox();
    report(`soak of ${minutes} min, seed ${seed}`);
    const summary = await runSoak({
      sandbox,
      seconds: Math.round(minutes * 60),
      seed,
      report,
      cancel: stopped.signal,
    });
    report(formatSummary(summary));
    return 0;
  } catch (error) {
    report(`soak failed: ${(error as Error).message}`);
    return 1;
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
  }
}

function readArguments(args: readonly string[]): { minutes: number; seed: string } {
  const { values } = parseArgs({
    args: [...args],
    options: { minutes: { type: "string", default: "10" }, seed: { type: "string" } },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) throw new Error(`--minutes ${values.minutes} is no length of time`);
  const seed = values.seed ?? process.env.WARM_SOAK_SEED ?? randomBytes(4).toString("hex");
  return { minutes, seed };
}

process.exitCode = await main(process.argv.slice(2));
