import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { removeCgroup, runCgroup } from "./cgroups.mjs";
import { dieWithParent } from "./die-with-parent.mjs";
import { SetUpError } from "./run-quietly.mjs";

/**
 * Which Docker the inner script works with. "own": it starts one, in namespaces made for it.
 * @typedef {{ mode: "own" } | { mode: "found", socketPath: string }} InnerDocker
 */

const initScript = join(dirname(fileURLToPath(import.meta.url)), "namespace-init.sh");

/**
 * New network, mount and process trees: nothing that runs in there is seen outside (ports, bridges, mounts, the
 * private /run), and all of it ends with its first process.
 */
const inNamespaces = [
  "unshare",
  "--net",
  "--mount",
  "--pid",
  "--fork",
  "--kill-child=KILL",
  "--mount-proc",
  "sh",
  initScript,
];

/**
 * Runs the inner script and passes signals in and the exit code out.
 * @param {InnerDocker} docker
 * @param {string[]} script a program and its arguments
 * @param {string} projectDir the working directory
 * @returns {Promise<number>} the exit code; 128 + n if a signal ended it
 */
export async function runInner(docker, script, projectDir) {
  const { program, args } = dieWithParent([...(docker.mode === "own" ? inNamespaces : []), ...script]);
  // A session of its own: Ctrl-C in a terminal reaches us only, so that the script gets the signal once.
  const child = spawn(program, args, {
    cwd: projectDir,
    env: { ...process.env, ...innerEnvironment(docker) },
    stdio: "inherit",
    detached: true,
  });
  const forward = (/** @type {NodeJS.Signals} */ signal) => {
    const target = docker.mode === "own" ? firstChild(child.pid) : child.pid;
    if (target !== undefined) process.kill(target, signal === "SIGHUP" ? "SIGTERM" : signal);
  };
  const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
  for (const signal of signals) process.on(signal, forward);
  try {
    return await exitCode(child);
  } finally {
    for (const signal of signals) process.off(signal, forward);
    if (docker.mode === "own") removeCgroup(runCgroup);
  }
}

/**
 * @param {InnerDocker} docker
 * @returns {NodeJS.ProcessEnv} what `openRigDocker` reads; the names of another Docker are taken away
 */
function innerEnvironment(docker) {
  const none = { DOCKER_HOST: undefined, DOCKER_CONTEXT: undefined, DOCKER_TLS_VERIFY: undefined };
  if (docker.mode === "found") return { ...none, WARM_RIG_SOCKET: docker.socketPath };
  return { ...none, WARM_RIG_INNER: "own", WARM_RIG_CGROUP: runCgroup, TMPDIR: "/run/tmp" };
}

/**
 * `unshare` blocks signals while it waits, so they must go to its child, the init of the namespaces.
 * @param {number | undefined} pid
 */
function firstChild(pid) {
  try {
    return (
      Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ")[0]) || undefined
    );
  } catch {
    return undefined;
  }
}

/**
 * @param {import("node:child_process").ChildProcess} child
 * @returns {Promise<number>}
 */
function exitCode(child) {
  return new Promise((resolve, reject) => {
    child.on("error", (error) =>
      reject(new SetUpError(`could not run ${child.spawnfile}: ${error.message}`)),
    );
    child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? "SIGTERM"]));
  });
}
