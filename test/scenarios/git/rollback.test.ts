import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { countOf, eventually, namesOf, readStatus, type Watching, watch } from "../watch/watched-project.js";
import { startWebhook, type WebhookServer } from "../watch/webhook-server.js";
import { createGitProject, GIT_ENV, type GitProject, markOf, untilApplied, watchGit } from "./git-project.js";

let sandbox: Sandbox;
let project: GitProject;
let sick: string;
let hook: WebhookServer;
let watching: Watching | undefined;
beforeAll(async () => {
  sandbox = await createSandbox();
  const [image, blob, other] = await Promise.all([
    sandbox.image("template"),
    sandbox.image("blob"),
    sandbox.image("neverHealthy"),
  ]);
  sick = other;
  hook = await startWebhook();
  project = createGitProject(sandbox, image, blob);
});
afterAll(async () => {
  await hook[Symbol.asyncDispose]();
  await sandbox.dispose();
});
afterEach(async () => {
  await watching?.stop();
  watching = undefined;
});

const TYPES = "[revision-applied, revision-failed, revision-rolled-back]";
const head = () => [`notify: { chat: { webhook: "${hook.url}", on: ${TYPES} } }`];
const good = (mark: string) => project.text(mark, { head: head() });
/** Its successor never answers. */
const bad = (mark: string) =>
  project.text(mark, { head: head(), image: sick, lines: ["health: { timeout: 1s, interval: 100ms }"] });
const container = () => sandbox.docker.getContainer(namesOf(sandbox, "one").container).inspect();
/** What the webhook was told since then. */
const toldSince = (from: number) => hook.deliveries.slice(from).map(({ body }) => body);

/** The watcher that stands has nothing to do, and does it. */
async function untilIdle(of: Watching, since: number): Promise<void> {
  of.warm.child.kill("SIGHUP");
  await of.line(({ msg, planned }) => msg === "pass done" && planned === 0, since);
  await of.quiet();
}

it("a commit whose container never becomes healthy is left for the last good one, and not tried again", async () => {
  const first = project.push({ "warm.yaml": good("one") });
  const one = watchGit(sandbox, project.origin, ["--rollback-on-failure"]);
  watching = one;
  await untilApplied(one, first);
  const { Id, State } = await container();
  const from = hook.deliveries.length;

  const second = project.push({ "warm.yaml": bad("two") });
  await one.line(({ msg }) => msg === "revision rolled back");
  const since = one.lines().length;
  await untilIdle(one, since);
  expect(await container()).toMatchObject({ Id, State: { StartedAt: State.StartedAt, Running: true } });
  await eventually(() => toldSince(from).length >= 2);
  expect(toldSince(from)).toMatchObject([
    { type: "revision-failed", revision: { commit: second }, code: "unhealthy" },
    {
      type: "revision-rolled-back",
      revision: { commit: second },
      backTo: { commit: first },
      code: "unhealthy",
    },
  ]);
  await eventually(() => readStatus(sandbox).revisions?.wanted?.commit === second);
  expect(readStatus(sandbox)).toMatchObject({
    config: { commit: first, error: { code: "unhealthy" } },
    revisions: { wanted: { commit: second }, applied: { commit: first }, isInSync: false, rollsBack: true },
  });
  const { stdout } = await sandbox.call(["status"]);
  expect(stdout).toContain("not in use as it is now: rolled back: ");
  expect(stdout).toContain(`wanted:  commit ${second.slice(0, 12)} since `);
  // Another commit with the same text is the same mistake.
  project.push({ "README.md": "about it" });
  await untilIdle(one, one.lines().length);
  expect(countOf(one, "action-started", since)).toBe(0);
  await one.stop();

  watching = watchGit(sandbox, project.origin, ["--rollback-on-failure"]);
  const told = await watching.line(({ msg }) => msg === "revision not tried");
  expect(told.detail).toContain("rolled back: ");
  await watching.line(({ msg, planned }) => msg === "pass done" && planned === 0);
  await watching.quiet();
  expect(countOf(watching, "action-started")).toBe(0);
  expect((await container()).Id).toBe(Id);

  const third = project.push({ "warm.yaml": good("three") });
  watching.warm.child.kill("SIGHUP");
  await untilApplied(watching, third);
  expect(await markOf(sandbox)).toBe("three");
  expect(readStatus(sandbox).config.error).toBeUndefined();
});

it("an order to go on has it tried again, and it fails again", async () => {
  const first = project.push({ "warm.yaml": good("again-one") });
  const one = watchGit(sandbox, project.origin, ["--rollback-on-failure"]);
  watching = one;
  await untilApplied(one, first);
  project.push({ "warm.yaml": bad("again-two") });
  one.warm.child.kill("SIGHUP");
  await one.line(({ msg }) => msg === "revision rolled back");
  await one.quiet();
  const since = one.lines().length;
  expect((await sandbox.call(["resume"])).code).toBe(0);
  await one.line(({ msg }) => msg === "revision rolled back", since);
  expect(await markOf(sandbox)).toBe("again-one");
});

it("without being asked to it goes on trying, and tells of the failure once", async () => {
  const first = project.push({ "warm.yaml": good("kept-on") });
  watching = watchGit(sandbox, project.origin);
  await untilApplied(watching, first);
  project.push({ "warm.yaml": bad("kept-off") });
  watching.warm.child.kill("SIGHUP");
  await eventually(() => countOf(watching as Watching, "change failed") >= 2);
  expect(countOf(watching, "revision failed")).toBe(1);
  expect(countOf(watching, "revision rolled back")).toBe(0);
  expect(readStatus(sandbox).revisions).toMatchObject({ applied: { commit: first }, isInSync: false });
});

it("the same goes for a plain file, over a watcher that is started anew", async () => {
  const from = hook.deliveries.length;
  sandbox.writeConfig(good("file-one"));
  const args = ["--rollback-on-failure", "--state-dir", "plain"];
  const start = () => watch(sandbox, args, { env: GIT_ENV });
  const one = start();
  watching = one;
  await one.line(({ msg }) => msg === "revision applied");
  const { Id } = await container();
  sandbox.writeConfig(bad("file-two"));
  await one.line(({ msg }) => msg === "revision rolled back");
  await untilIdle(one, one.lines().length);
  expect((await container()).Id).toBe(Id);
  await eventually(() => toldSince(from).length >= 3);
  const types = toldSince(from).map(({ type }) => type);
  expect(types).toEqual(["revision-applied", "revision-failed", "revision-rolled-back"]);
  await one.stop();

  const again = start();
  watching = again;
  await again.line(({ msg }) => msg === "revision not tried");
  await again.quiet();
  expect(countOf(again, "action-started")).toBe(0);
  expect(await markOf(sandbox)).toBe("file-one");
  sandbox.writeConfig(good("file-three"));
  await again.line(({ msg }) => msg === "revision applied");
  expect(await markOf(sandbox)).toBe("file-three");
  await again.stop();

  // In cron it goes back within its one round, and says how that ended.
  sandbox.writeConfig(bad("file-four"));
  const { code, stderr } = await sandbox.warm(["watch", "--once", ...args]);
  expect(code, stderr).toBe(7);
  expect(await markOf(sandbox)).toBe("file-three");
});

it("what the world broke of an older commit is no reason to leave a new one", async () => {
  const two = namesOf(sandbox, "two");
  // In no registry: once it is gone, it cannot be had again.
  const lost = await sandbox.image("template", { tag: "lost", to: "load" });
  const [, blob = ""] = /blob: (\S+)/.exec(good("x")) ?? [];
  const withTwo = (mark: string) => `${good(mark)}  ${two.id}:\n    image: ${lost}\n    blob: ${blob}\n`;
  const first = project.push({ "warm.yaml": withTwo("old-one") });
  const one = watchGit(sandbox, project.origin, ["--rollback-on-failure"]);
  watching = one;
  await untilApplied(one, first);
  await sandbox.docker.getContainer(two.container).remove({ force: true });
  await sandbox.docker.getImage(lost).remove({ force: true });
  await one.line(({ msg, code }) => msg === "change failed" && code === "image-not-found");
  const second = project.push({ "warm.yaml": withTwo("old-two") });
  one.warm.child.kill("SIGHUP");
  await untilApplied(one, second);
  expect(await markOf(sandbox)).toBe("old-two");
  expect(countOf(one, "revision failed")).toBe(0);
});
