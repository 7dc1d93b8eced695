import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type Docker from "dockerode";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { callWarm } from "./call-warm.js";
import { dockerOn } from "./docker-client.js";
import { buildImage, type CommonOptions, type ImageName, type ImageOptions } from "./images.js";
import { loadImage } from "./load-image.js";
import { pushImage } from "./push-image.js";
import type { Registry } from "./registry.js";
import { removeSandboxObjects } from "./remove-objects.js";
import { startWarm, type WarmOptions, type WarmProcess, type WarmResult } from "./run-warm.js";
import { waitForExit } from "./tied-process.js";

export type SandboxImageOptions<N extends ImageName> = ImageOptions[N] &
  CommonOptions & {
    /** Default "1". The same tag with another `version` moves the tag. */
    tag?: string;
    /** "push" (default): in the registry only. "load": in Docker only. "both": as if pulled before. */
    to?: "push" | "load" | "both";
  };

/** A corner of Docker that belongs to one test: whatever the test makes there has `id` in its name. */
export type Sandbox = {
  /** Unique, 12 lower-case letters and digits. */
  id: string;
  docker: Docker;
  socketPath: string;
  /** Names for the test's warm.yaml. All begin with `id`. */
  project: string;
  prefix: string;
  network: string;
  /** A temporary working directory; `warm` runs in it. */
  dir: string;
  registry: Registry;
  /** An id for warm.yaml that no other test uses. */
  templateId(label?: string): string;
  /** Makes an image of the catalogue and returns its reference, in a repository of this sandbox. */
  image<N extends ImageName>(name: N, ...options: OptionsOf<N>): Promise<string>;
  /** Writes warm.yaml (or another file) into `dir` and returns its path. */
  writeConfig(yaml: string, name?: string): string;
  /** Runs the built command line to its end. DOCKER_HOST is our Docker; `env` may say otherwise. */
  warm(args: readonly string[], options?: WarmOptions): Promise<WarmResult>;
  /** The same in this process and much cheaper, for what is not about the process: set-ups and checks. */
  call(args: readonly string[], options?: Pick<WarmOptions, "env">): Promise<WarmResult>;
  /** Starts it, for tests that signal it in the middle. */
  start(args: readonly string[], options?: WarmOptions): WarmProcess;
  /** Kills what `start` left running, removes all objects of this sandbox and its directory. */
  dispose(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
};

/** Options may be left out where all of them are optional. */
type OptionsOf<N extends ImageName> =
  Record<string, never> extends ImageOptions[N]
    ? [options?: SandboxImageOptions<N>]
    : [options: SandboxImageOptions<N>];

/**
 * @throws Error outside of `npm test`, which says where Docker and the registry are
 */
export async function createSandbox(): Promise<Sandbox> {
  const { run, socketPath, registry } = readRun(process.env);
  const id = `${run}${randomBytes(3).toString("hex")}`;
  const docker = dockerOn(socketPath);
  const root = mkdtempSync(tempDirPrefix("sandbox"));
  const [dir, home] = [join(root, "work"), join(root, "home")];
  mkdirSync(dir);
  mkdirSync(join(home, ".docker"), { recursive: true });
  const env = {
    DOCKER_HOST: `unix://${socketPath}`,
    HOME: home,
    DOCKER_CONFIG: join(home, ".docker"),
    TMPDIR: root,
  };
  const started: WarmProcess[] = [];

  const start: Sandbox["start"] = (args, options = {}) => {
    const warm = startWarm(args, dir, { ...options, env: { ...env, ...options.env } });
    started.push(warm);
    return warm;
  };
  const dispose = async () => {
    await Promise.all(started.map(({ child }) => child.kill("SIGKILL") && waitForExit(child)));
    await removeSandboxObjects(docker, id);
    rmSync(root, { recursive: true, force: true });
  };
  return {
    id,
    docker,
    socketPath,
    project: id,
    prefix: id,
    network: `${id}-net`,
    dir,
    registry,
    templateId: (label = "template") => `${id}-${label}`,
    async image(name, ...[options]) {
      const { tag = "1", to = "push", ...rest } = (options ?? {}) as SandboxImageOptions<typeof name>;
      // The sandbox's own image IDs: what one test removes, another one still has.
      const salt = `${id}${rest.salt ?? ""}`;
      const image = await buildImage(name, { ...rest, salt } as ImageOptions[typeof name] & CommonOptions);
      const path = `${id}/${name.toLowerCase()}:${tag}`;
      if (to !== "load") await pushImage(registry, path, name === "wrongPlatform" ? [image] : image);
      if (to !== "push") await loadImage(docker, `${registry.host}/${path}`, image);
      return `${registry.host}/${path}`;
    },
    writeConfig(yaml, name = "warm.yaml") {
      writeFileSync(join(dir, name), yaml);
      return join(dir, name);
    },
    warm: (args, options) => start(args, options).result,
    call: (args, options) =>
      callWarm(args, dir, { PATH: process.env.PATH, LANG: "C.UTF-8", ...env, ...options?.env }),
    start,
    dispose,
    [Symbol.asyncDispose]: dispose,
  };
}

/** What `run-tests.ts` tells the test processes; one Docker and one registry serve them all. */
function readRun(env: NodeJS.ProcessEnv): { run: string; socketPath: string; registry: Registry } {
  const { WARM_TEST_RUN: run, WARM_TEST_DOCKER_SOCKET: socketPath, WARM_TEST_REGISTRY: host } = env;
  if (!run || !socketPath || !host)
    throw new Error("Tests with Docker are started by `npm test [-- files…]`.");
  return { run, socketPath, registry: { host, stop: async () => {} } };
}
