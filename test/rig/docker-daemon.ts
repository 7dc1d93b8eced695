import { type ChildProcess, execFileSync } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { removeCgroup } from "./bootstrap/cgroups.mjs";
import { pingDocker } from "./bootstrap/find-docker.mjs";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { dockerOn } from "./docker-client.js";
import { spawnTied, terminate, waitForExit } from "./tied-process.js";

const startDeadlineMs = 30_000;
const stopGraceMs = 10_000;

export type DockerDaemon = {
  socketPath: string;
  /** The pid of dockerd, another one after a restart. */
  readonly pid: number;
  /** Stops dockerd and starts it again on the same data. "crash" kills it without a warning. */
  restart(how?: "graceful" | "crash"): Promise<void>;
  /** Kills all containers, stops dockerd and removes everything it made on this machine. */
  stop(): Promise<void>;
};

export type DaemonOptions = {
  /** Where everything goes, made when missing and removed by `stop`; by default a new temporary directory. */
  dir?: string;
  /** The cgroup, below the root, for all its containers; `stop` removes it. */
  cgroup?: string;
};

/**
 * Starts a Docker of our own by hand, as root, in namespaces made for it: two of them in one network namespace
 * fight over `docker0`. Its data lives in a tmpfs, which makes it quick and lets it vanish with the mount namespace.
 *
 * @throws Error with the log's last lines when it does not answer within 30 s
 */
export async function startDaemon(options: DaemonOptions = {}): Promise<DockerDaemon> {
  const dir = options.dir ?? mkdtempSync(tempDirPrefix("docker"));
  const cgroup = options.cgroup ?? `warm-rig-${process.pid}`;
  mkdirSync(dir, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "mode=711", "warm-rig-docker", dir]);
  // An own, empty config file: the host's /etc/docker/daemon.json may contradict our flags.
  writeFileSync(join(dir, "daemon.json"), "{}\n");
  const socketPath = join(dir, "docker.sock");
  const docker = dockerOn(socketPath);
  const launch = () => launchDockerd(dir, socketPath, cgroup);
  let dockerd = await launch();

  return {
    socketPath,
    get pid() {
      return dockerd.pid ?? 0;
    },
    async restart(how = "graceful") {
      if (how === "crash") dockerd.kill("SIGKILL");
      else await terminate(dockerd, stopGraceMs);
      await waitForExit(dockerd);
      if (how === "crash") unmountContainers(dir);
      dockerd = await launch();
    },
    async stop() {
      await killContainers(docker);
      await terminate(dockerd, stopGraceMs);
      unmountContainers(dir);
      execFileSync("umount", ["--lazy", "--recursive", dir]);
      rmSync(dir, { recursive: true, force: true });
      removeCgroup(cgroup);
    },
  };
}

/**
 * A dockerd that is killed while it copies into a container that does not run leaves that one's file system mounted, and
 * Docker 20.10 can never remove the container again until somebody unmounts it.
 */
function unmountContainers(dir: string): void {
  const mounted = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .flatMap((line) => line.split(" ")[1] ?? [])
    .filter((path) => path.startsWith(`${dir}/data/overlay2/`));
  for (const path of mounted) execFileSync("umount", ["--lazy", path]);
}

async function launchDockerd(dir: string, socketPath: string, cgroup: string): Promise<ChildProcess> {
  const flags = {
    "config-file": join(dir, "daemon.json"),
    "data-root": join(dir, "data"),
    "exec-root": join(dir, "exec"),
    pidfile: join(dir, "dockerd.pid"),
    host: `unix://${socketPath}`,
    "cgroup-parent": `/${cgroup}`,
    // Not systemd's: there may be one outside, but nobody to talk to in here.
    "exec-opt": "native.cgroupdriver=cgroupfs",
  };
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`);
  const logFile = join(dir, "dockerd.log");
  // A crashed dockerd leaves its pid file, and with pids as low as in a fresh namespace another process may have it.
  rmSync(flags.pidfile, { force: true });
  const log = openSync(logFile, "a");
  const dockerd = spawnTied(["dockerd", ...args], { stdio: ["ignore", log, log] });
  closeSync(log);
  try {
    await waitForAnswer(dockerd, socketPath);
    return dockerd;
  } catch (error) {
    dockerd.kill("SIGKILL");
    const lastLines = readFileSync(logFile, "utf8").trimEnd().split("\n").slice(-15).join("\n");
    throw new Error(`dockerd did not start: ${error instanceof Error ? error.message : error}\n${lastLines}`);
  }
}

/** Polls, since dockerd tells nobody when it is ready. */
async function waitForAnswer(dockerd: ChildProcess, socketPath: string): Promise<void> {
  let spawnError: Error | undefined;
  dockerd.once("error", (error) => (spawnError = error));
  for (const deadline = Date.now() + startDeadlineMs; Date.now() < deadline; await sleep(25)) {
    if (spawnError) throw spawnError;
    if (dockerd.exitCode !== null) throw new Error(`it ended with code ${dockerd.exitCode}`);
    if ((await pingDocker(socketPath)) === undefined) return;
  }
  throw new Error(`no answer within ${startDeadlineMs / 1000} s`);
}

/** A container that ignores SIGTERM would hold up dockerd's own stop by 10 s, and its cgroup would stay behind. */
async function killContainers(docker: Docker): Promise<void> {
  try {
    const running = await docker.listContainers();
    await Promise.allSettled(running.map(({ Id }) => docker.getContainer(Id).remove({ force: true })));
  } catch {
    // It no longer answers: then its containers end with the namespaces.
  }
}
