import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPeers } from "../bench/peers/build-peers.mjs";
import { removeStaleCgroups } from "./bootstrap/cgroups.mjs";
import { fetchCiSchemas } from "./bootstrap/ci-schemas.mjs";
import { fetchCiTools } from "./bootstrap/ci-tools.mjs";
import { findDocker } from "./bootstrap/find-docker.mjs";
import { runInner } from "./bootstrap/inner.mjs";
import { requirePackages } from "./bootstrap/packages.mjs";
import { buildProject, installModules } from "./bootstrap/project.mjs";
import { fetchPromtool } from "./bootstrap/promtool.mjs";
import { SetUpError } from "./bootstrap/run-quietly.mjs";
import { withLock } from "./bootstrap/set-up-lock.mjs";
import { fetchShells } from "./bootstrap/shells.mjs";
import { removeStaleTempDirs } from "./bootstrap/temp-dirs.mjs";
import { fetchWorldgenEngine } from "./bootstrap/worldgen-packages.mjs";

/** What each command runs once the project is built and a Docker is there. */
const scripts = {
  demo: "test/rig/demo.ts",
  test: "test/rig/run-tests.ts",
  bench: "test/bench/main.ts",
  chaos: "test/chaos/main.ts",
};

const projectDir = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof SetUpError ? `warm rig: ${error.message}` : error);
  process.exitCode = 1;
}

/**
 * Makes everything that a checkout lacks (node packages, the build, a Docker) and runs one command with it.
 * No dependencies: this file and its folder run before `npm ci`.
 * @param {string[]} argv the command's name and its own arguments
 * @returns {Promise<number>} the exit code
 */
async function main([command, ...args]) {
  if (!isCommand(command)) {
    console.error(`usage: node test/rig/bootstrap.mjs ${Object.keys(scripts).join("|")} [args…]`);
    return 64;
  }
  requireNode();
  removeStaleTempDirs();
  removeStaleCgroups();
  await withLock(`set-up-${projectDir}`, async () => {
    await installModules(projectDir);
    await buildProject(projectDir);
  });
  if (command === "test" || command === "bench") Object.assign(process.env, await fetchWorldgenEngine());
  if (command === "test")
    Object.assign(
      process.env,
      await fetchPromtool(),
      await fetchShells(),
      await fetchCiTools(),
      await fetchCiSchemas(),
    );
  if (command === "test")
    await requirePackages(
      ["git", "openssh-client"],
      "The tests keep repositories and signatures of their own.",
    );
  if (command === "bench")
    await requirePackages(["wrk", "git"], "The benchmarks need a load generator and a repository.");
  if (command === "bench" && args.includes("peers")) await buildPeers();
  const docker = await chooseDocker(command === "chaos");
  const script = [process.execPath, "--import", "tsx", scripts[command], ...args];
  return runInner(docker, script, projectDir);
}

/**
 * @param {string | undefined} name
 * @returns {name is keyof typeof scripts}
 */
function isCommand(name) {
  return name !== undefined && Object.hasOwn(scripts, name);
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new SetUpError(
    `Node.js 20.19 or newer is needed, this is ${process.versions.node} (${process.execPath}).`,
  );
}

/**
 * The Docker to use: the one that answers, or (none answers, or WARM_RIG=own) one of our own in namespaces.
 * @param {boolean} isKilled it will be killed: then it can only be one of our own
 * @returns {Promise<import("./bootstrap/inner.mjs").InnerDocker>}
 */
async function chooseDocker(isKilled) {
  const isOwn = isKilled || process.env.WARM_RIG === "own";
  const found = isOwn ? undefined : await findDocker(process.env);
  if (found?.kind === "unusable") throw new SetUpError(found.reason);
  if (found?.kind === "local") {
    await requirePackages(["docker-registry", "busybox-static"], `Docker answers on ${found.socketPath}.`);
    console.error(`warm rig: using the Docker on ${found.socketPath}`);
    return { mode: "found", socketPath: found.socketPath };
  }
  const why = found
    ? `No Docker answers. Looked at: ${found.looked.join("; ")}.`
    : isKilled
      ? "It will be killed."
      : "WARM_RIG=own asks for an own Docker.";
  const packages = /** @type {const} */ ([
    "docker.io",
    "docker-registry",
    "busybox-static",
    "iptables",
    "iproute2",
  ]);
  await requirePackages([...packages], why, { asRoot: true });
  console.error(`warm rig: starting a Docker for this run only. ${why}`);
  return { mode: "own" };
}
