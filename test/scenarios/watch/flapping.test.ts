import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";
import {
  countOf,
  eventually,
  expectKillHealed,
  isRunning,
  namesOf,
  readStatus,
  type Watching,
  watch,
} from "./watched-project.js";

let sandbox: Sandbox;
let image: string;
let blob: string;
let watching: Watching;
beforeAll(async () => {
  sandbox = await createSandbox();
  [image, blob] = await Promise.all([sandbox.image("template"), sandbox.image("blob")]);
  save("first");
  watching = watch(sandbox);
  await eventually(async () => (await runs("shaky")) && (await runs("steady")));
  await watching.quiet();
});
afterAll(() => sandbox.dispose());

const named = (label: string) => namesOf(sandbox, label);
const runs = (label: string) => isRunning(sandbox, named(label).container);
const kill = (label: string) => sandbox.docker.getContainer(named(label).container).kill();
const flappings = (since = 0) => countOf(watching, "resource flapping", since);

function save(mark: string): void {
  const templates = {
    [named("shaky").id]: { image, blob, lines: [`env: { MARK: ${mark} }`] },
    [named("steady").id]: { image, blob },
  };
  const head = ["interval: 1s", "flapping: { heals: 2, within: 1m }"];
  sandbox.writeConfig(projectYaml(sandbox, templates, head));
}

/** Heals it as often as is allowed, and kills it once more. */
async function makeFlap(): Promise<void> {
  const since = watching.lines().length;
  for (const _ of [1, 2]) {
    await expectKillHealed(sandbox, named("shaky").container, 3_000);
    await watching.quiet();
  }
  await kill("shaky");
  await watching.line(({ msg }) => msg === "resource flapping", since);
}

it("a container that is killed again and again is left alone in the end, and told once", async () => {
  await makeFlap();
  // Some rounds of the timer.
  await sleep(2_500);
  expect(await runs("shaky")).toBe(false);
  expect(flappings()).toBe(1);
  const line = await watching.line(({ msg }) => msg === "resource flapping");
  expect(line).toMatchObject({ level: "warn", address: named("shaky").address });
  expect(line.detail).toContain("warm resume");
  await eventually(() => readStatus(sandbox).resources[named("shaky").address]?.isFlapping);
  expect(readStatus(sandbox).resources[named("shaky").address]?.hold).toBe("flapping");
});

it("the others are healed meanwhile", async () => {
  await expectKillHealed(sandbox, named("steady").container, 3_000);
  expect(await runs("shaky")).toBe(false);
});

it("a new watcher leaves it alone too, and says so no second time", async () => {
  await watching.stop();
  watching = watch(sandbox);
  await watching.line(({ msg }) => msg === "pass done");
  await sleep(1_500);
  expect(await runs("shaky")).toBe(false);
  expect(flappings()).toBe(0);
});

it("`warm resume` brings it back, with all its tries", async () => {
  await sandbox.call(["resume"]);
  await eventually(() => runs("shaky"), undefined, 3_000);
  await watching.quiet();
  await expectKillHealed(sandbox, named("shaky").container, 3_000);
  await watching.quiet();
});

it("a changed spec brings it back, with all its tries", async () => {
  await sandbox.call(["resume"]);
  await watching.line(({ msg }) => msg === "resumed");
  await makeFlap();
  expect(await runs("shaky")).toBe(false);
  save("second");
  await eventually(() => runs("shaky"), undefined, 5_000);
  await watching.quiet();
  await expectKillHealed(sandbox, named("shaky").container, 3_000);
  expect((await watching.stop()).code).toBe(0);
});
