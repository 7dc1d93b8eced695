import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { dockerOn } from "./docker-client.js";
import { buildImage } from "./images.js";
import { loadImage } from "./load-image.js";
import { layersRepository, pushImage } from "./push-image.js";
import { type Registry, startRegistry } from "./registry.js";
import { openRigDocker } from "./rig-docker.js";
import { spawnTied, waitForExit } from "./tied-process.js";

/**
 * Runs vitest with a Docker and a registry, which all test processes share: `run-tests.ts [vitest's arguments…]`.
 * Exits with vitest's code, or with 128 + n after signal n.
 */
async function runTests(args: readonly string[]): Promise<number> {
  const signals = catchSignals();
  const run = `w${randomBytes(3).toString("hex").slice(0, 5)}`;
  const dir = mkdtempSync(tempDirPrefix("t"));
  const [docker, registry] = await Promise.all([openRigDocker(process.env), startRegistry()]);
  try {
    if (signals.received) return signals.exitCode();
    const vitest = startVitest(args, {
      TMPDIR: dir,
      WARM_TEST_RUN: run,
      WARM_TEST_DOCKER_SOCKET: docker.socketPath,
      WARM_TEST_REGISTRY: registry.host,
    });
    const reaper = docker.isOwn ? undefined : startReaper([docker.socketPath, run, String(vitest.pid), dir]);
    signals.onSignal = (signal) => vitest.kill(signal);
    await shareLayer(docker.socketPath, registry, run);
    await waitForExit(vitest);
    reaper?.stdin?.end();
    if (reaper) await waitForExit(reaper);
    return signals.received ? signals.exitCode() : (vitest.exitCode ?? 1);
  } finally {
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The layer under every image is there from the start and stays: no test sends or unpacks it again. */
async function shareLayer(socketPath: string, registry: Registry, run: string): Promise<void> {
  const image = await buildImage("neverHealthy", { salt: run });
  await pushImage(registry, `${layersRepository}:1`, image);
  await loadImage(dockerOn(socketPath), `${run}-layers:1`, image);
}

/** In a process group of its own, so that its workers can be found when it is gone: they may outlive it a little. */
function startVitest(args: readonly string[], env: Record<string, string>): ChildProcess {
  const vitest = [
    process.execPath,
    "node_modules/vitest/vitest.mjs",
    "run",
    "--config",
    "test/vitest.config.ts",
    ...args,
  ];
  const options = { env: { ...process.env, ...env }, stdio: "inherit", detached: true } as const;
  return spawnTied(vitest, options);
}

/** Not tied to us: it is there for the case that we are killed. */
function startReaper(args: string[]): ChildProcess {
  const script = join(import.meta.dirname, "reaper.ts");
  const command = ["--import", "tsx", script, ...args];
  return spawn(process.execPath, command, { stdio: ["pipe", "inherit", "inherit"], detached: true });
}

function catchSignals() {
  const state = {
    received: undefined as "SIGINT" | "SIGTERM" | undefined,
    onSignal: (_signal: NodeJS.Signals) => {},
    exitCode: () => 128 + constants.signals[state.received ?? "SIGTERM"],
  };
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      state.received = signal;
      state.onSignal(signal);
    });
  }
  return state;
}

process.exitCode = await runTests(process.argv.slice(2));
