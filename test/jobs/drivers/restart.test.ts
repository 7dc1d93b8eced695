import { afterAll, beforeAll, expect, it } from "vitest";
import { readContainerFile } from "../../../src/docker/observe/read-container-file.js";
import { inspectContainer } from "../../../src/docker/observe/read-objects.js";
import { startWork } from "../../../src/jobs/drivers/start-work.js";
import type { JobDriver } from "../../../src/model/job.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { keepPool } from "../../scenarios/pools/kept-pool.js";
import { eventually } from "../../scenarios/watch/watched-project.js";
import { startEngine, type TriedEngine } from "./driver-site.js";

let sandbox: Sandbox;
let engine: TriedEngine;
beforeAll(async () => {
  sandbox = await createSandbox();
  const image = await sandbox.image("engine", { to: "load" });
  engine = await startEngine(sandbox, image, {
    Env: ["WORLD=warm", "SEED=none"],
    Volumes: { "/config": {} },
    HostConfig: { Memory: 64 * 2 ** 20, PidsLimit: 50, SecurityOpt: ["no-new-privileges"] },
  });
});
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await sandbox.dispose();
});

const run = (script: string): JobDriver => ({
  type: "restart",
  env: { SEED: "{seed}" },
  command: ["sh", "-c", script],
});
const isFrozen = async () => (await inspectContainer(engine.host.reader, engine.id)).isPaused;
const jobContainers = async () => {
  const all = await sandbox.docker.listContainers({ all: true });
  return all.flatMap(({ Names }) => Names).filter((name) => name === `/${engine.name}-job`);
};

it("the job has the engine's settings and volumes and variables of its own, and is heard from its first line on", async () => {
  await engine.session.putFile("/config/kept", "from the engine\n");
  for (const seed of ["$(reboot)", "'; rm -rf /", "ä€😀", "-n", "two\nlines", "x".repeat(64 * 1024)]) {
    const site = engine.site({ seed });
    const script = `printf 'world seed: %s\\n' "$SEED"; echo "$WORLD"; cat /config/kept; echo made >/config/made; pwd`;
    const work = await startWork(run(script), site);
    expect(await isFrozen()).toBe(true);
    await work.ended;
    expect(site.lines.join("\n")).toBe(`world seed: ${seed}\nwarm\nfrom the engine\n/workspace`);
    const { HostConfig, Image, Config } = await sandbox.docker.getContainer(work.containerId).inspect();
    const own = await sandbox.docker.getContainer(engine.id).inspect();
    expect(Image).toBe(own.Image);
    expect(HostConfig).toMatchObject({
      Memory: 64 * 2 ** 20,
      PidsLimit: 50,
      SecurityOpt: ["no-new-privileges"],
    });
    expect(Config.Labels).toEqual({
      "warm.project": sandbox.project,
      "warm.address": "job.job-1",
      "warm.engine": engine.id,
    });
    const made = await readContainerFile(engine.host.reader, work.containerId, "/config/made", 100);
    expect(made?.toString()).toBe("made\n");
    await Promise.all([work.close(), work.close()]);
    expect(await isFrozen()).toBe(false);
    expect(await jobContainers()).toEqual([]);
    expect((await engine.session.run(["cat", "/config/made"])).stdout).toBe("made\n");
  }
});

it("an end with another exit code fails the engine with its last lines", async () => {
  const work = await startWork(run("echo no room left; exit 7"), engine.site({ seed: "x" }));
  await expect(work.ended).rejects.toMatchObject({
    code: "engine-failed",
    message: "the job's container ended with exit code 7",
    logs: ["no room left"],
  });
  await work.close();
});

it("what cannot be started leaves nothing behind and the engine thawed", async () => {
  const driver: JobDriver = { type: "restart", env: {}, command: ["no-such-program"] };
  await expect(startWork(driver, engine.site())).rejects.toMatchObject({ code: "rejected" });
  expect(await isFrozen()).toBe(false);
  expect(await jobContainers()).toEqual([]);
});

it("what a killed warm has left makes room for the next job; a namesake that is not ours does not", async () => {
  // Never closed: as if warm had been killed here.
  await startWork(run("sleep 600"), engine.site({ seed: "left" }));
  const site = engine.site({ seed: "next" });
  const work = await startWork(run('echo "$SEED"'), site);
  await work.ended;
  expect(site.lines).toEqual(["next"]);
  await work.close();
  const name = `${engine.name}-job`;
  const foreign = await sandbox.docker.createContainer({
    name,
    Image: await sandbox.image("engine", { to: "load" }),
  });
  await expect(startWork(run("true"), engine.site({ seed: "x" }))).rejects.toMatchObject({
    code: "name-conflict",
  });
  expect(await jobContainers()).toHaveLength(1);
  expect(await isFrozen()).toBe(false);
  await foreign.remove();
});

it("giving up and closing while it runs takes it away", async () => {
  const site = engine.site({ seed: "x" });
  const work = await startWork(run("trap '' TERM; echo begun; while :; do sleep 1; done"), site);
  await site.line((line) => line === "begun");
  site.giveUp();
  await expect(work.ended).rejects.toMatchObject({ code: "interrupted" });
  await work.close();
  expect(await jobContainers()).toEqual([]);
  expect(await isFrozen()).toBe(false);
});

it("a watcher leaves a job's container alone while its engine is leased and removes it once the lease has ended", async () => {
  await using kept = await keepPool({ size: 1, head: ["interval: 1s", "prune: none"] });
  const [first] = await kept.ready(1);
  const lease = await kept.lease();
  await kept.sandbox.docker.createContainer({
    Image: kept.project.image,
    name: `${first?.name}-job`,
    Labels: {
      "warm.project": kept.sandbox.project,
      "warm.address": "job.some-job",
      "warm.engine": lease.container.id,
    },
  });
  const isThere = async () => {
    const all = await kept.sandbox.docker.listContainers({ all: true });
    return all.some(({ Names }) => Names.includes(`/${first?.name}-job`));
  };
  const looks = () => kept.watching.lines().filter(({ msg }) => msg === "pass done").length;
  const before = looks();
  await eventually(
    async () => looks() >= before + 3,
    () => "no three passes",
  );
  expect(await isThere()).toBe(true);
  await kept.client.release(lease.id, lease.fence, "clean");
  await eventually(
    async () => !(await isThere()),
    () => "the job's container stays",
  );
});
