import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";
import { demoWatch } from "./demo-watch.js";
import { dockerOn } from "./docker-client.js";
import { buildImage } from "./images.js";
import { pushImage } from "./push-image.js";
import { startRegistry } from "./registry.js";
import { openRigDocker, type RigDocker } from "./rig-docker.js";
import { waitForExit } from "./tied-process.js";

const projectDir = resolve(import.meta.dirname, "../..");
const templateId = "0f8c1b9e-6c1f-4f57-a8a0-2f3c6f2f9b11";
const demoImages = {
  template: "acme/ts-template:1.4.0",
  blob: "acme/ts-template-blob:1.4.0",
  engine: "acme/world-engine:1.0.0",
};
const demoRegistry = "127.0.0.1:5000";

/** The main job from nothing to `No changes`, on warm.yaml; ends with the exit code of the first step that failed. */
async function runDemo(): Promise<number> {
  const docker = await openRigDocker(process.env);
  const registry = await startRegistry(docker.isOwn ? { port: 5000 } : {});
  const dir = mkdtempSync(tempDirPrefix("demo"));
  const demo = { docker, dir, host: registry.host, names: nameDemo(docker) };
  const stopped = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => stopped.abort());
  try {
    await pushDemoImages(registry);
    writeFileSync(join(dir, "warm.yaml"), demoConfig(demo.names, registry.host));
    return await runSteps(demo, stopped.signal);
  } finally {
    if (!docker.isOwn) {
      await runWarm(demo, ["destroy", "--auto-approve"], "quiet");
      await removeDemoImages(demo);
    }
    await Promise.all([docker.stop(), registry.stop()]);
    rmSync(dir, { recursive: true, force: true });
  }
}

type Demo = {
  docker: RigDocker;
  dir: string;
  host: string;
  names: { project: string; prefix: string; network: string };
};

/** On a Docker of our own the file is taken as it stands; on somebody's, nothing may meet what is there. */
function nameDemo({ isOwn }: RigDocker): Demo["names"] {
  if (isOwn) return { project: "cyanprint", prefix: "cyan", network: "cyanprint" };
  const unique = `warm-demo-${randomBytes(3).toString("hex")}`;
  return { project: unique, prefix: unique, network: unique };
}

function demoConfig({ project, prefix, network }: Demo["names"], host: string): string {
  const text = readFileSync(join(projectDir, "warm.yaml"), "utf8");
  return text
    .replaceAll(demoRegistry, host)
    .replace(/^project: \S+/m, `project: ${project}`)
    .replace(/^network: \S+/m, `prefix: ${prefix}\nnetwork: ${network}`);
}

async function pushDemoImages(registry: Awaited<ReturnType<typeof startRegistry>>): Promise<void> {
  const template = await buildImage("template", {});
  const blob = await buildImage("blob", {});
  await pushImage(registry, demoImages.template, template);
  await pushImage(registry, demoImages.blob, blob);
  await pushImage(registry, demoImages.engine, await buildImage("engine", { startSeconds: 3 }));
  say(`Built three small images and pushed them to a registry on ${registry.host}.`);
}

/** Pulled from a registry that ends with the demo. A step that failed may have left them in use or not pulled. */
async function removeDemoImages({ docker, host }: Demo): Promise<void> {
  const client = dockerOn(docker.socketPath);
  const names = Object.values(demoImages).map((name) => `${host}/${name}`);
  await Promise.allSettled(names.map((name) => client.getImage(name).remove()));
}

async function runSteps(demo: Demo, stopped: AbortSignal): Promise<number> {
  const steps: (() => Promise<number>)[] = [
    () => tellStep("What is missing?", () => runWarm(demo, ["plan"])),
    () => tellStep("Make it so.", () => runWarm(demo, ["apply", "--auto-approve"])),
    () => tellStep("The template answers, with what its blob carried:", () => askTemplate(demo)),
    () => tellStep("And again: nothing is left to do.", () => runWarm(demo, ["plan", "--detailed-exitcode"])),
    () =>
      tellStep("Kept warm: a killed container comes back, and a job gets a warm engine.", () => watch(demo)),
    () => tellStep("What there is now:", () => runWarm(demo, ["status"])),
  ];
  for (const step of steps) {
    if (stopped.aborted) return 130;
    const code = await step();
    if (code !== 0) return code;
  }
  say("\nThe demo is over; everything that it made is being removed.");
  return 0;
}

function tellStep(title: string, run: () => Promise<number>): Promise<number> {
  say(`\n── ${title}`);
  return run();
}

async function runWarm({ dir, docker }: Demo, args: readonly string[], how?: "quiet"): Promise<number> {
  if (how !== "quiet") say(`$ warm ${args.join(" ")}\n`);
  const main = join(projectDir, "dist/cli/main.js");
  const env = { ...process.env, DOCKER_HOST: `unix://${docker.socketPath}` };
  const child = spawn(process.execPath, [main, ...args], {
    cwd: dir,
    env,
    stdio: how === "quiet" ? "ignore" : "inherit",
  });
  await waitForExit(child);
  return child.exitCode ?? 1;
}

function watch(demo: Demo): Promise<number> {
  const { docker, dir } = demo;
  say("$ warm watch\n");
  const env = { ...process.env, DOCKER_HOST: `unix://${docker.socketPath}` };
  const run = (args: readonly string[]) => runWarm(demo, args);
  return demoWatch({ docker: dockerOn(docker.socketPath), dir, env, name: containerOf(demo), run });
}

const containerOf = ({ names }: Demo) => `${names.prefix}-template-${templateId.replaceAll("-", "")}`;

async function askTemplate(demo: Demo): Promise<number> {
  const { docker } = demo;
  const name = containerOf(demo);
  const { NetworkSettings } = await dockerOn(docker.socketPath).getContainer(name).inspect();
  const address = Object.values(NetworkSettings.Networks)[0]?.IPAddress;
  const url = `http://${address}:5550/files/manifest.sha256`;
  say(`$ curl ${url} | head -3\n`);
  const answer = await fetch(url);
  say((await answer.text()).split("\n").slice(0, 3).join("\n"));
  return answer.ok ? 0 : 1;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

process.exitCode = await runDemo();
