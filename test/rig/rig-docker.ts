import { pingDocker } from "./bootstrap/find-docker.mjs";
import { startDaemon } from "./docker-daemon.js";

/** The Docker that a script of the rig works with. `stop` ends it if it was started for the script. */
export type RigDocker = { socketPath: string; isOwn: boolean; stop(): Promise<void> };

/**
 * What `bootstrap.mjs` decided: a Docker of our own (WARM_RIG_INNER=own, we are in namespaces made for it) or the one
 * that it found (WARM_RIG_SOCKET).
 *
 * @throws Error outside of `bootstrap.mjs`, or when Docker does not answer
 */
export async function openRigDocker(env: NodeJS.ProcessEnv): Promise<RigDocker> {
  if (env.WARM_RIG_INNER === "own") {
    const daemon = await startDaemon({ cgroup: env.WARM_RIG_CGROUP });
    return { socketPath: daemon.socketPath, isOwn: true, stop: daemon.stop };
  }
  const socketPath = env.WARM_RIG_SOCKET;
  if (!socketPath)
    throw new Error("Start this through test/rig/bootstrap.mjs, which finds or makes a Docker.");
  const problem = await pingDocker(socketPath);
  if (problem) throw new Error(`Docker on ${socketPath} does not answer: ${problem}`);
  return { socketPath, isOwn: false, stop: async () => {} };
}
