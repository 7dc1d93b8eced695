import { execFile } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { mainScript } from "../bench-project.js";
import type { Figure } from "../figure.js";
import type { Contender } from "./contender.js";
import { writeCompose, writeTofu, writeWarm } from "./fleet.js";
import { builtFile, COMPOSE, DOCKER_PROVIDER, type GoPeer, TOFU } from "./peer-versions.mjs";

const run = promisify(execFile);

export interface Contenders {
  /** Warm first. */
  readonly present: readonly Contender[];
  readonly missing: NonNullable<Figure["missing"]>;
}

/**
 * The tools that are here: what `npm run bench:peers` has built, else what is on the PATH.
 * @param dir for settings of theirs
 */
export async function findContenders(dir: string): Promise<Contenders> {
  const found = [await findWarm(), await findOldCompose(), await findCompose(), await findTofu(dir)];
  return {
    present: found.filter((one) => "apply" in one),
    missing: found.filter((one) => "why" in one),
  };
}

type Missing = Contenders["missing"][number];

async function findWarm(): Promise<Contender> {
  const program = [process.execPath, mainScript];
  const version = await ask([...program, "--version"]);
  const apply = ["apply", "--auto-approve"];
  return { who: "warm", version: version ?? "", program, env: {}, write: writeWarm, plan: ["plan"], apply };
}

/**
 * With its own limit of 64 it waits for itself for ever where there are more services than that: each holds one of the turns that its
 * container needs.
 */
const OLD_COMPOSE_ENV = { COMPOSE_PARALLEL_LIMIT: "1024" };

/** Debian's, which is the last one written in Python. */
async function findOldCompose(): Promise<Contender | Missing> {
  const who = "docker-compose";
  for (const program of onPath("docker-compose")) {
    const version = await ask([program, "version", "--short"]);
    if (version?.startsWith("1.")) return { ...composeOf(who, version, [program]), env: OLD_COMPOSE_ENV };
  }
  return { who, why: "it is Debian's package docker-compose, which is not installed" };
}

/** Run by itself, it does without the `docker` that starts it as its plugin: that is the shorter way. */
async function findCompose(): Promise<Contender | Missing> {
  const who = "docker compose v2";
  const candidates = [
    [builtFile(COMPOSE, process.env)],
    ...onPath("docker-compose").map((program) => [program]),
    ["docker", "compose"],
  ];
  for (const program of candidates) {
    const version = await ask([...program, "version", "--short"]);
    if (version !== undefined && /^v?2\./.test(version)) return composeOf(who, version, program);
  }
  return { who, why: absent(COMPOSE) };
}

function composeOf(who: Contender["who"], version: string, program: readonly string[]): Contender {
  const project = [...program, "--project-name", "peers"];
  return { who, version, program: project, env: {}, write: writeCompose, apply: ["up", "--detach"] };
}

/**
 * With the provider where people have it, installed by `init` from a folder instead of a registry, so that every command checks
 * it against the lock file as it does for them. Nothing asks the network.
 */
async function findTofu(dir: string): Promise<Contender | Missing> {
  const who = "tofu";
  const [tofu, provider] = [find(TOFU), find(DOCKER_PROVIDER)];
  if (tofu === undefined) return { who, why: absent(TOFU) };
  if (provider === undefined) return { who, why: absent(DOCKER_PROVIDER) };
  const version = (await ask([tofu, "version"]))?.split("\n")[0]?.replace("OpenTofu v", "");
  if (version === undefined) return { who, why: `${tofu} does not run` };
  const mirror = join(dir, "providers");
  const platform = `${process.platform}_${process.arch === "x64" ? "amd64" : process.arch}`;
  const release = DOCKER_PROVIDER.version.replace(/^v/, "");
  const place = join(mirror, "registry.opentofu.org/kreuzwerker/docker", release, platform);
  mkdirSync(place, { recursive: true });
  copyFileSync(provider, join(place, `${DOCKER_PROVIDER.program}_v${release}`));
  const settings = join(dir, "tofu.rc");
  writeFileSync(
    settings,
    `disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror { path = "${mirror}" }\n}\n`,
  );
  return {
    who,
    version: `${version}, provider ${release}`,
    program: [tofu],
    env: { TF_CLI_CONFIG_FILE: settings, CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1" },
    write: writeTofu,
    prepare: ["init", "-input=false", "-no-color"],
    plan: ["plan", "-input=false", "-no-color", "-detailed-exitcode"],
    apply: ["apply", "-input=false", "-no-color", "-auto-approve"],
  };
}

function find(peer: GoPeer): string | undefined {
  const built = builtFile(peer, process.env);
  return existsSync(built) ? built : onPath(peer.program)[0];
}

function absent({ program, module, version }: GoPeer): string {
  return `no ${program} on the PATH; \`npm run bench:peers\` builds ${module}@${version} where there is a Go toolchain`;
}

function onPath(program: string): string[] {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, program)).filter((file) => existsSync(file));
}

/** @returns what it says of itself, or undefined if it does not run */
async function ask([program = "", ...args]: readonly string[]): Promise<string | undefined> {
  const answer = await run(program, args).catch(() => undefined);
  return answer?.stdout.trim();
}
