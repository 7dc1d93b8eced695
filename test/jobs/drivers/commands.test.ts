import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { DriverSite, StartedWork } from "../../../src/jobs/drivers/driver.js";
import { bindingFor, startWork } from "../../../src/jobs/drivers/start-work.js";
import type { JobDriver } from "../../../src/model/job.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { eventually } from "../../scenarios/watch/watched-project.js";
import { HOSTILE, startEngine, type TriedEngine } from "./driver-site.js";

let sandbox: Sandbox;
let image: string;
let engine: TriedEngine;
const open: StartedWork[] = [];

beforeAll(async () => {
  sandbox = await createSandbox();
  image = await sandbox.image("engine", { to: "load" });
  engine = await startEngine(sandbox, image);
});
afterEach(() => Promise.all(open.splice(0).map((work) => work.close())));
afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await sandbox.dispose();
});

async function start(driver: JobDriver, site: DriverSite): Promise<StartedWork> {
  const work = await startWork(driver, site);
  open.push(work);
  return work;
}

/** Another engine, to be killed. */
const another = (script?: string) =>
  startEngine(sandbox, image, script === undefined ? {} : { Cmd: ["sh", "-c", script] });

const isWorld = (seed: string) => (line: string) => line === `world seed: ${seed}`;

const CONSOLE = { type: "console", command: "load_world {seed}", fifo: undefined } as const;

describe.each([
  ["console", CONSOLE],
  ["console with a pipe", { ...CONSOLE, fifo: "/run/commands" }],
] as const)("%s", (_name, driver) => {
  it("hostile texts arrive as they are, and only lines that are newer than the job are told", async () => {
    for (const seed of HOSTILE) {
      const site = engine.site({ seed });
      const work = await start(driver, site);
      expect(work.containerId).toBe(engine.id);
      await site.line(isWorld(seed));
      await site.line((line) => line === "ALL EXPORTS COMPLETE");
      expect(site.lines.filter((line) => line.startsWith("world seed: "))).toEqual([`world seed: ${seed}`]);
      await work.close();
      await work.close();
    }
  });

  it("the end of the engine ends the work", async () => {
    await using doomed = await another();
    const site = doomed.site({ seed: "x" });
    const work = await start(driver, site);
    await sandbox.docker.getContainer(doomed.id).kill();
    await expect(work.ended).rejects.toMatchObject({ code: "engine-failed" });
    await work.close();
    const late = start(driver, doomed.site({ seed: "x" })).then(({ ended }) => ended);
    await expect(late).rejects.toMatchObject({ code: "engine-failed" });
  });
});

it("a pipe that is none is refused, one that nobody reads fails the engine, in time", async () => {
  await engine.session.run(["mkfifo", "/run/deaf"]);
  const onPipe = (fifo: string, site: DriverSite) => start({ ...CONSOLE, fifo }, site);
  await expect(onPipe("/run/nothing", engine.site({ seed: "x" }))).rejects.toMatchObject({
    code: "rejected",
  });
  await expect(onPipe("/rig/version", engine.site({ seed: "x" }))).rejects.toMatchObject({
    code: "rejected",
  });
  const site = engine.site({ seed: "x" }, { leftMs: () => 500 });
  await expect(onPipe("/run/deaf", site)).rejects.toMatchObject({ code: "engine-failed" });
  expect((await engine.session.run(["cat", "/rig/version"])).stdout).toBe("engine 1\n");
});

describe("exec", () => {
  const exec = (script: string): JobDriver => ({
    type: "exec",
    command: ["sh", "-c", script, "sh", "{seed}"],
  });

  it("arguments stay arguments, and its lines and the engine's are told before its end", async () => {
    for (const seed of [...HOSTILE, "two\nlines"]) {
      const site = engine.site({ seed });
      const work = await start(exec(`printf 'world seed: %s\\n' "$1"; echo err >&2; printf last`), site);
      await work.ended;
      const said = site.lines.filter((line) => line !== "err").join("\n");
      expect(said).toBe(`world seed: ${seed}\nlast`);
    }
    const site = engine.site({ seed: "through the pipe" });
    await start(exec(`echo "load_world $1" >/run/commands`), site);
    await site.line(isWorld("through the pipe"));
  });

  it("its lines are told while it runs", async () => {
    const site = engine.site({ seed: "/tmp/go" });
    const work = await start(exec('echo begun; until [ -e "$1" ]; do usleep 20000; done; echo over'), site);
    await site.line((line) => line === "begun");
    expect(site.lines).not.toContain("over");
    await sandbox.docker
      .getContainer(engine.id)
      .exec({ Cmd: ["touch", "/tmp/go"] })
      .then((made) => made.start({ Detach: true }));
    await work.ended;
    expect(site.lines).toContain("over");
  });

  it("what it ends with other than 0 is no engine's fault, and shows its last lines", async () => {
    const work = await start(exec("echo no such seed >&2; exit 4"), engine.site({ seed: "x" }));
    await expect(work.ended).rejects.toMatchObject({ code: "rejected", logs: ["no such seed"] });
    const missing = await start({ type: "exec", command: ["no-such-program"] }, engine.site());
    await expect(missing.ended).rejects.toMatchObject({ code: "rejected" });
  });

  it("the end of the engine ends it", async () => {
    await using doomed = await another();
    const site = doomed.site({ seed: "x" });
    const work = await start(exec("echo begun; sleep 60"), site);
    await site.line((line) => line === "begun");
    await sandbox.docker.getContainer(doomed.id).kill();
    await expect(work.ended).rejects.toMatchObject({ code: "engine-failed" });
    await work.close();
  });
});

describe("signal", () => {
  const driver: JobDriver = {
    type: "signal",
    signal: "SIGUSR1",
    file: "/run/job env",
    env: { SEED: "{seed}", A: "b" },
  };
  const OBEYS = `trap '. "/run/job env"; printf "world seed: %s\\n" "$SEED$A"' USR1
echo "Game server connected"
while :; do sleep 60 & wait $!; done`;

  it("the engine reads hostile texts from the file of the lease as they are", async () => {
    await using obeying = await another(OBEYS);
    for (const seed of [...HOSTILE, "two\nlines"]) {
      const site = obeying.site({ seed });
      const files = bindingFor(driver, site.fill)?.files ?? {};
      expect(Object.keys(files)).toEqual(["/run/job env"]);
      await obeying.session.putFiles(files, 0o600);
      await start(driver, site);
      await eventually(
        async () => site.lines.join("\n") === `world seed: ${seed}b`,
        () => `${seed.slice(0, 100)}: ${JSON.stringify(site.lines).slice(0, 1000)}`,
      );
    }
    const site = obeying.site({ seed: "x" });
    const work = await start(driver, site);
    await sandbox.docker.getContainer(obeying.id).kill();
    await expect(work.ended).rejects.toMatchObject({ code: "engine-failed" });
    await expect(start(driver, obeying.site())).rejects.toMatchObject({ code: "engine-failed" });
  });
});
