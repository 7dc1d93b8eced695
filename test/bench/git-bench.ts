import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { get } from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { dockerOn } from "../rig/docker-client.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { median, timeProcess, toSeries } from "./measure.js";

const POLL_MS = 1_000;
/** Beyond the interval and the container's own start. */
const ALLOWED_MS = 2_000;
const TEMPLATE_PORT = 5550;

/** From a commit to a host that is as it says: one template with another environment, in a repository on this disk. */
export async function benchGit(host: BenchHost): Promise<Figure[]> {
  const project = await writeBenchProject(host, "git", { templates: 1, images: 1 });
  const repository = createRepository(project);
  const watcher = startWatcher(project, repository.path);
  const runs = host.isQuick ? 2 : 7;
  const [ours, reference]: [number[], number[]] = [[], []];
  try {
    await watcher.applied(repository.first);
    for (let run = 0; run < runs; run += 1) {
      reference.push(await timeBareStart(host, project));
      // Commits come at any moment between two looks.
      await sleep((run * POLL_MS) / runs);
      const commit = repository.commit(`run-${run}`);
      const startedAt = performance.now();
      await watcher.applied(commit);
      ours.push(performance.now() - startedAt);
    }
  } finally {
    watcher.child.kill("SIGTERM");
    await once(watcher.child, "close");
    await timeProcess([mainScript, "destroy", "--auto-approve"], project.env, project.dir);
  }
  return [
    {
      id: "git.converged",
      name: "commit to converged, one changed variable, poll 1 s",
      ...{ unit: "ms", better: "lower", series: toSeries({ warm: ours, "bare script": reference }) },
      bars: [{ max: Math.round(POLL_MS + ALLOWED_MS + median(reference)) }],
    },
  ];
}

function createRepository({ dir, env }: BenchProject) {
  const path = join(dir, "repository");
  const text = readFileSync(join(dir, "warm.yaml"), "utf8");
  const who = ["-c", "user.name=bench", "-c", "user.email=bench@acme.test", "-c", "gc.auto=0"];
  const git = (...args: string[]) =>
    execFileSync("git", ["-C", path, ...who, ...args], {
      env,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    }).trim();
  execFileSync("git", ["init", "--quiet", "--initial-branch=main", path], { env });
  const commit = (mark: string) => {
    writeFileSync(join(path, "warm.yaml"), `${text}    env: { MARK: ${mark} }\n`);
    git("add", "warm.yaml");
    git("commit", "--quiet", "--message", mark);
    return git("rev-parse", "HEAD");
  };
  return { path, commit, first: commit("first") };
}

function startWatcher({ dir, env }: BenchProject, url: string) {
  const args = [
    mainScript,
    "watch",
    "--git",
    url,
    "--ref",
    "main",
    "--poll",
    `${POLL_MS}ms`,
    "--log-format",
    "json",
  ];
  const child: ChildProcess = spawn(process.execPath, args, {
    cwd: dir,
    env,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const known = new Set<string>();
  let heard: () => void = () => undefined;
  if (child.stderr === null) throw new Error("the watcher has no log");
  createInterface(child.stderr).on("line", (text) => {
    const { msg, revision } = JSON.parse(text) as { msg: string; revision?: { commit?: string } };
    if (msg !== "revision applied" || revision?.commit === undefined) return;
    known.add(revision.commit);
    heard();
  });
  return {
    child,
    async applied(commit: string): Promise<void> {
      const deadline = AbortSignal.timeout(60_000);
      while (!known.has(commit)) {
        if (deadline.aborted) throw new Error(`commit ${commit} was not applied within 60 s`);
        await new Promise<void>((resolve) => {
          heard = resolve;
          deadline.addEventListener("abort", () => resolve(), { once: true });
        });
      }
    },
  };
}

/** What no tool can be faster than: the same container beside it, until it answers. */
async function timeBareStart({ socketPath }: BenchHost, { name, templates }: BenchProject): Promise<number> {
  const docker = dockerOn(socketPath);
  const [{ id, image }] = templates as [BenchProject["templates"][number]];
  const startedAt = performance.now();
  const container = await docker.createContainer({
    Image: image,
    Env: ["MARK=bare"],
    HostConfig: {
      NetworkMode: name,
      Mounts: [{ Type: "volume", Source: `${name}-${id}`, Target: "/workspace/cyanprint", ReadOnly: true }],
    },
  });
  try {
    await container.start();
    const { NetworkSettings } = await container.inspect();
    const address = NetworkSettings.Networks[name]?.IPAddress ?? "";
    while (!(await isHealthy(address))) await sleep(5);
    return performance.now() - startedAt;
  } finally {
    await container.remove({ force: true });
  }
}

const isHealthy = (host: string) =>
  new Promise<boolean>((resolve) => {
    const call = get({ host, port: TEMPLATE_PORT, path: "/" }, (answer) => {
      answer.destroy();
      resolve(answer.statusCode === 200);
    });
    call.on("error", () => resolve(false));
  });
