import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { countOf, expectKillHealed, told, type Watching, watch } from "./watched-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
let watching: Watching;
let since: number;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, {}, ["interval: 1s", "flapping: { heals: 100 }"]);
  watching = watch(sandbox);
  await watching.line(
    ({ msg, address }) => msg === "change applied" && address === `container.${project.container}`,
  );
});
afterAll(() => sandbox.dispose());
beforeEach(async () => {
  await watching.quiet();
  since = watching.lines().length;
});

const passes = () => countOf(watching, "pass done", since);
const warnings = () =>
  told(watching.lines().slice(since)).filter(({ level }) => level === "warn" || level === "error");

/** Each makes two events of which one may be damage: a tag that goes. */
async function tagAndUntag(part: number, times: number): Promise<void> {
  const { docker, id } = sandbox;
  for (let index = 0; index < times; index += 1) {
    const tag = `${part}-${index}`;
    await docker.getImage(project.image).tag({ repo: `${id}-foreign`, tag });
    await docker.getImage(`${id}-foreign:${tag}`).remove();
  }
}

// First, since what a storm leaves to be looked at may come seconds later.
it("events of objects that are nobody's concern cause no pass", async () => {
  const { docker } = sandbox;
  const foreign = await docker.createContainer({ name: `${sandbox.id}-foreign`, Image: project.image });
  await foreign.start();
  await watching.line(
    ({ msg, triggers }) => msg === "pass done" && JSON.stringify(triggers).includes("timer"),
    since,
  );
  await watching.quiet();
  since = watching.lines().length;
  const names = Array.from({ length: 200 }, (_, index) => `${sandbox.id}-foreign-${index}`);
  await Promise.all(names.map((Name) => docker.createVolume({ Name })));
  await Promise.all(names.map((name) => docker.getVolume(name).remove()));
  // It was there when the watcher looked, and it leaves a network as it ends.
  await foreign.remove({ force: true });
  await sleep(300);
  const byEvents = watching
    .lines()
    .slice(since)
    .filter(({ msg, triggers }) => msg === "pass done" && JSON.stringify(triggers).includes("docker"));
  expect(byEvents).toEqual([]);
});

it("a thousand events of others' objects at once are few passes, and damage among them is healed soon", async () => {
  const startedAt = Date.now();
  const storm = Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map((part) => tagAndUntag(part, 125)));
  await sleep(300);
  await expectKillHealed(sandbox, project.container, 8_000);
  await storm;
  await watching.quiet();
  const seconds = (Date.now() - startedAt) / 1_000;
  expect(countOf(watching, "host event", since)).toBeGreaterThanOrEqual(1_000);
  // Ten a second at the most, since what comes within 100 ms is one; and those of the timer and of the heal.
  expect(passes()).toBeLessThanOrEqual(12 * seconds + 10);
  expect(warnings()).toEqual([]);
});

it("a storm of events keeps the timer from nothing that it is for", async () => {
  const startedAt = Date.now();
  for (let part = 0; Date.now() < startedAt + 6_000; part += 1) await tagAndUntag(part, 5);
  const triggers = watching
    .lines()
    .slice(since)
    .flatMap(({ msg, triggers }) => (msg === "pass done" ? [JSON.stringify(triggers)] : []));
  const timers = triggers.filter((names) => names.includes("timer"));
  expect(timers.length, triggers.join(" ")).toBeGreaterThanOrEqual(4);
});
