import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { through } from "../templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { type Watching, watch } from "./watched-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, {}, ["interval: 1s"]);
  await apply(sandbox);
});
afterAll(() => sandbox.dispose());

/** SIGTERM, and how it ended; undefined when it was still there after so long. */
async function stopWithin(watching: Watching, ms: number) {
  watching.warm.child.kill("SIGTERM");
  const ended = await Promise.race([watching.warm.result, sleep(ms)]);
  watching.warm.child.kill("SIGKILL");
  const code = ended === undefined ? "still there" : ended.code;
  return { code, log: watching.warm.output.stderr };
}

const locks = async () => (await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock-"));

it("an idle watcher that is told to end is gone within a second, with its lock given back", async () => {
  const watching = watch(sandbox);
  await watching.quiet();
  const { code, log } = await stopWithin(watching, 1_000);
  expect(code, log).toBe(0);
  expect(await locks()).toEqual([]);
});

it("one whose Docker is away ends as soon", async () => {
  const proxy = await startFaultProxy(sandbox.socketPath);
  const watching = watch(sandbox, [], through(proxy));
  await watching.quiet();
  proxy.fault({ match: () => true, action: { kind: "refuse" } });
  await watching.line(({ msg }) => msg === "host away");
  const { code, log } = await stopWithin(watching, 4_000);
  await proxy.stop();
  expect(code, log).toBe(0);
  await sandbox.call(["lock", "break", "--force"]);
});

it("one whose Docker has stopped answering ends within its grace time and the lock's 3 s", async () => {
  const proxy = await startFaultProxy(sandbox.socketPath);
  const watching = watch(sandbox, ["--grace", "2s"], through(proxy));
  await watching.quiet();
  let release = () => {};
  const until = new Promise<void>((resolve) => (release = resolve));
  const before = proxy.calls.length;
  proxy.fault({ match: () => true, action: { kind: "hold", until } });
  // The timer has begun a pass that comes to no end.
  while (proxy.calls.length === before) await sleep(50);
  const { code, log } = await stopWithin(watching, 8_000);
  release();
  await proxy.stop();
  await sandbox.call(["lock", "break", "--force"]);
  expect(code, log).toBe(0);
});

it("one that stands by ends as soon, and leaves the other's lock alone", async () => {
  const first = watch(sandbox);
  await first.quiet();
  const second = watch(sandbox, ["--state-dir", ".second"]);
  await second.line(({ msg }) => msg === "standing by");
  const { code, log } = await stopWithin(second, 1_500);
  expect(code, log).toBe(0);
  expect(await locks()).toHaveLength(1);
  await first.stop();
});

it("a second signal ends it at once, as interrupted", async () => {
  const sick = await sandbox.image("neverHealthy");
  const id = sandbox.templateId("ill");
  sandbox.writeConfig(`${project.yaml}  ${id}:\n    image: ${sick}\n    blob: ${project.blob}\n`);
  const watching = watch(sandbox, ["--grace", "30s"]);
  await watching.line(({ msg, address }) => msg === "action-progress" && String(address).endsWith("ill"));
  await sleep(1_500);
  watching.warm.child.kill("SIGTERM");
  await watching.line(({ msg }) => msg === "stopping");
  const { code, log } = await stopWithin(watching, 4_000);
  expect(code, log).toBe(143);
  expect(await locks()).toEqual([]);
});
