import { appendFileSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import { countOf, eventually, isRunning, namesOf, told, type Watching, watch } from "./watched-project.js";

let sandbox: Sandbox;
let image: string;
let blob: string;
let watching: Watching;
let since: number;
beforeAll(async () => {
  sandbox = await createSandbox();
  [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  writeFileSync(join(sandbox.dir, "token"), "first-token");
  sandbox.writeConfig(text("start"));
  // The timer cannot be what notices: it comes once in a minute.
  watching = watch(sandbox);
  await watching.line(({ msg, address }) => msg === "change applied" && address === names().address);
});
afterAll(() => sandbox.dispose());
beforeEach(async () => {
  await watching.quiet();
  since = watching.lines().length;
});

const names = () => namesOf(sandbox, "one");
const file = (name = "warm.yaml") => join(sandbox.dir, name);
const HEAD = ["interval: 1m", "flapping: { heals: 100 }"];

/** A good file whose template shows `mark` in its environment. */
function text(mark: string, more: Readonly<Record<string, readonly string[]>> = {}): string {
  const env = `env: { MARK: ${mark}, TOKEN: { fromFile: token } }`;
  const others = Object.entries(more).map(([id, lines]) => [id, { image, blob, lines }]);
  const templates = { [names().id]: { image, blob, lines: [env] }, ...Object.fromEntries(others) };
  return projectYaml(sandbox, templates, HEAD);
}

async function environment(): Promise<readonly string[]> {
  const found = await sandbox.docker
    .getContainer(names().container)
    .inspect()
    .catch(() => undefined);
  return found?.State.Running ? found.Config.Env : [];
}

/** The file was taken once, told once, and the container is as it says. */
async function expectLoaded(mark: string): Promise<void> {
  await eventually(
    async () => (await environment()).includes(`MARK=${mark}`),
    () => `${mark} never came:\n${watching.warm.output.stderr}`,
    10_000,
  );
  await watching.quiet();
  expect(countOf(watching, "config loaded", since)).toBe(1);
  const replaced = told(watching.lines().slice(since)).filter(({ msg }) => msg !== "config loaded");
  expect(replaced.map(({ msg, address }) => [msg, address])).toEqual([["change applied", names().address]]);
}

it("a file saved in place is applied", async () => {
  writeFileSync(file(), text("in-place"));
  await expectLoaded("in-place");
});

it("a file put in the other's place by a rename is applied", async () => {
  writeFileSync(file(".warm.yaml.tmp"), text("renamed"));
  renameSync(file(".warm.yaml.tmp"), file());
  await expectLoaded("renamed");
});

it("a file that is moved away by an editor and written anew is applied", async () => {
  renameSync(file(), file("warm.yaml~"));
  writeFileSync(file(), text("vim"));
  rmSync(file("warm.yaml~"));
  await expectLoaded("vim");
});

it("a symbolic link that is swapped for another one is followed", async () => {
  mkdirSync(file("../versions"), { recursive: true });
  for (const version of ["link-1", "link-2"]) {
    writeFileSync(file(`../versions/${version}.yaml`), text(version));
    symlinkSync(`../versions/${version}.yaml`, file("next"));
    since = watching.lines().length;
    renameSync(file("next"), file());
    await expectLoaded(version);
  }
});

it("a config map's directory that is swapped is followed", async () => {
  for (const version of ["map-1", "map-2", "map-3"]) {
    mkdirSync(file(`..${version}`));
    writeFileSync(file(`..${version}/warm.yaml`), text(version));
    symlinkSync(`..${version}`, file("..data_tmp"));
    since = watching.lines().length;
    renameSync(file("..data_tmp"), file("..data"));
    if (version === "map-1") {
      symlinkSync("..data/warm.yaml", file("next"));
      renameSync(file("next"), file());
    }
    await expectLoaded(version);
  }
  rmSync(file());
  writeFileSync(file(), text("plain"));
  await eventually(async () => (await environment()).includes("MARK=plain"));
});

it("a file that is half there for a moment is no mistake", async () => {
  const whole = text("completed");
  writeFileSync(file(), whole.slice(0, -10));
  await sleep(60);
  writeFileSync(file(), whole);
  await expectLoaded("completed");
});

it("what editors and others leave beside the file is no reload", async () => {
  for (const name of [
    ".warm.yaml.swp",
    ".warm.yaml.swx",
    "4913",
    "warm.yaml~",
    "#warm.yaml#",
    ".#warm.yaml",
    "other.yaml",
  ]) {
    writeFileSync(file(name), "version: 7\n");
    await sleep(70);
    rmSync(file(name));
  }
  await sleep(300);
  expect(told(watching.lines().slice(since))).toEqual([]);
});

it("a file beside it that is written all the time is no hot loop", async () => {
  const startedAt = Date.now();
  while (Date.now() < startedAt + 3_000) {
    appendFileSync(file("others.log"), "a line\n");
    await sleep(20);
  }
  rmSync(file("others.log"));
  expect(told(watching.lines().slice(since))).toEqual([]);
  expect(countOf(watching, "pass done", since)).toBeLessThanOrEqual(8);
});

it("a state directory that is the file's own is no hot loop", async () => {
  await using own = watch(sandbox, ["--state-dir", "."]);
  await own.line(({ msg }) => msg === "standing by");
  const before = own.lines().length;
  await sleep(3_000);
  // It asks for the lock every two seconds.
  expect(own.lines().length - before, own.warm.output.stderr).toBeLessThanOrEqual(6);
});

it("a template that is new in a good save is applied", async () => {
  const two = namesOf(sandbox, "two");
  writeFileSync(file(), text("same", { [two.id]: [] }));
  await eventually(() => isRunning(sandbox, two.container));
  await watching.quiet();
  expect(countOf(watching, "config loaded", since)).toBe(1);
  expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
});

it("a hang-up reads secrets again that the text of the file does not show", async () => {
  expect(await environment()).toContain("TOKEN=first-token");
  writeFileSync(file("token"), "second-token");
  await watching.quiet();
  expect(await environment()).toContain("TOKEN=first-token");
  watching.warm.child.kill("SIGHUP");
  await eventually(async () => (await environment()).includes("TOKEN=second-token"));
  await watching.quiet();
  expect(countOf(watching, "config loaded", since)).toBe(1);
  expect(watching.warm.output.stderr).not.toContain("-token");
  expect((await watching.stop()).code).toBe(0);
});
