import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type Docker from "dockerode";
import { spawnTied, terminate } from "./tied-process.js";

const mainScript = resolve(import.meta.dirname, "../../dist/cli/main.js");
const LONGEST_MS = 30_000;

/** A job that asks the engine which it was given. */
const JOB = [
  process.execPath,
  "--input-type=module",
  "-e",
  `const answer = await fetch("http://" + process.env.WARM_ENGINE_ADDRESS + ":8080/");
process.stdout.write("the engine answers: " + (await answer.text()));`,
];

export interface DemoWatch {
  readonly docker: Docker;
  readonly dir: string;
  readonly env: NodeJS.ProcessEnv;
  /** Of the container that is killed. */
  readonly name: string;
  readonly run: (args: readonly string[]) => Promise<number>;
}

/**
 * Runs `warm watch` in `dir`, kills a container under it, has jobs done on warm engines once the container runs again, the
 * second of them from its result, and ends the watcher.
 * @returns the first exit code that is not 0
 */
export async function demoWatch({ docker, dir, env, name, run }: DemoWatch): Promise<number> {
  let code = 0;
  const watcher = spawnTied([process.execPath, mainScript, "watch", "--log-format", "text"], {
    cwd: dir,
    env,
    stdio: "inherit",
  });
  try {
    await until(() => existsSync(join(dir, ".warm/status.json")));
    // Its first pass takes the lock: from then on it is at work.
    await until(async () => (await docker.listContainers({ all: true })).some(isLock));
    await sleep(1_000);
    const before = await docker.getContainer(name).inspect();
    process.stdout.write(`$ docker kill ${name}\n`);
    await docker.getContainer(name).kill();
    await until(async () => {
      const { State } = await docker.getContainer(name).inspect();
      return State.Running && State.StartedAt !== before.State.StartedAt;
    });
    await sleep(500);
    process.stdout.write("\n");
    for (const args of [
      ["engines"],
      ["run", "worlds", "seed=MySeed"],
      ["run", "worlds", "seed=MySeed"],
      ["cache", "verify"],
      ["lease", "worlds", "--", ...JOB],
      ["canary", "worlds"],
    ])
      code ||= await run(args);
  } finally {
    process.stdout.write("$ kill -TERM (the watcher)\n");
    await terminate(watcher, LONGEST_MS);
  }
  return code || (watcher.exitCode ?? 1);
}

const isLock = ({ Names }: { readonly Names: string[] }) =>
  Names.some((name) => name.startsWith("/warm-lock-"));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + LONGEST_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error("the watcher did not do its work in time");
    await sleep(100);
  }
}
