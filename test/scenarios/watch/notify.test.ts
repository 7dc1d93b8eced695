import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply } from "../seeding/seeded-template.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { countOf, eventually, expectKillHealed, type Watching, watch } from "./watched-project.js";
import { startWebhook, type WebhookServer } from "./webhook-server.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
  await apply(sandbox);
});
afterAll(() => sandbox.dispose());

const address = () => `container.${project.container}`;

/** Writes the file with these targets and starts a watcher that has nothing to do. */
async function watchTelling(targets: readonly string[], env: Record<string, string> = {}): Promise<Watching> {
  save(targets);
  const watching = watch(sandbox, [], { env });
  await watching.quiet();
  return watching;
}

function save(targets: readonly string[]): void {
  const head = ["interval: 1m", "flapping: { heals: 100 }", "notify:", ...targets.map((line) => `  ${line}`)];
  sandbox.writeConfig(project.yaml.replace("templates:", `${head.join("\n")}\ntemplates:`));
}

const typesOf = ({ deliveries }: WebhookServer) => deliveries.map(({ body }) => body.type);
const typed = (hook: WebhookServer, count: number) => eventually(() => hook.deliveries.length >= count);
/** A program in the project's directory that is run with `sh`. */
const hookScript = (name: string, text: string) => writeFileSync(join(sandbox.dir, name), `${text}\n`);

it("a webhook is told of a killed container and of its healing, with all there is to know", async () => {
  await using hook = await startWebhook();
  await using watching = await watchTelling([`chat: { webhook: "${hook.url}" }`]);
  await expectKillHealed(sandbox, project.container, 3_000);
  await typed(hook, 2);
  await watching.quiet();
  expect(hook.deliveries.map(({ body }) => body)).toEqual(
    ["out-of-sync", "healed"].map((type) => ({
      format: "warm.notification/1",
      project: sandbox.project,
      host: `unix://${sandbox.socketPath}`,
      type,
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      address: address(),
      reasons: ["drift-stopped"],
      message: expect.stringContaining(address()),
    })),
  );
  expect(hook.deliveries[0]).toMatchObject({ path: "/hook", contentType: "application/json" });
});

it("a webhook that answers 500 is told again, in order, and each thing once", async () => {
  await using hook = await startWebhook((nth) => (nth <= 2 ? 500 : 200));
  await using _watching = await watchTelling([`chat: { webhook: "${hook.url}" }`]);
  await expectKillHealed(sandbox, project.container, 3_000);
  await typed(hook, 4);
  expect(typesOf(hook)).toEqual(["out-of-sync", "out-of-sync", "out-of-sync", "healed"]);
});

it("a webhook that is not there yet is told later", async () => {
  const gone = await startWebhook();
  await gone[Symbol.asyncDispose]();
  await using watching = await watchTelling([`chat: { webhook: "${gone.url}" }`]);
  await expectKillHealed(sandbox, project.container, 3_000);
  await watching.line(({ msg }) => msg === "notifying again");
  await using hook = await startWebhook(() => 204, gone.port);
  await typed(hook, 2);
  expect(typesOf(hook)).toEqual(["out-of-sync", "healed"]);
  expect(countOf(watching, "notification lost")).toBe(0);
});

it("a bad file is told once, and that it is good again, to those who asked for it", async () => {
  await using hook = await startWebhook();
  await using all = await startWebhook();
  const targets = [
    `chat: { webhook: "${hook.url}", on: [config-invalid, config-valid] }`,
    `healer: { webhook: "${all.url}", on: [healed] }`,
  ];
  await using watching = await watchTelling(targets);
  const passes = countOf(watching, "pass done");
  sandbox.writeConfig("version: [\n");
  await eventually(() => countOf(watching, "pass done") > passes);
  // The same mistake, saved again.
  sandbox.writeConfig("version: [\n");
  await expectKillHealed(sandbox, project.container, 3_000);
  save(targets);
  await typed(hook, 2);
  await watching.quiet();
  expect(typesOf(hook)).toEqual(["config-invalid", "config-valid"]);
  expect(hook.deliveries[0]?.body.address).toBeUndefined();
  expect(typesOf(all)).toEqual(["healed"]);
});

it("a program gets the same on its standard input, and the type in its environment", async () => {
  hookScript("tell.sh", 'cat >> told.jsonl; echo "$WARM_TRANSITION" >> types');
  await using _watching = await watchTelling(["own: { exec: [sh, ./tell.sh] }"]);
  await expectKillHealed(sandbox, project.container, 3_000);
  const read = (name: string) => {
    const path = join(sandbox.dir, name);
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  };
  await eventually(() => read("types").length === 2);
  expect(read("types")).toEqual(["out-of-sync", "healed"]);
  const bodies = read("told.jsonl").map((line) => JSON.parse(line));
  expect(bodies).toMatchObject([
    { format: "warm.notification/1", type: "out-of-sync", address: address() },
    { format: "warm.notification/1", type: "healed", address: address() },
  ]);
});

it("what hangs or fails holds up neither repairs nor the others, nor the end for long", async () => {
  hookScript("hang.sh", "exec sleep 100");
  hookScript("fail.sh", "echo no good >&2; exit 3");
  await using good = await startWebhook();
  await using hanging = await startWebhook(() => "hang");
  const watching = await watchTelling([
    "hangs: { exec: [sh, ./hang.sh] }",
    "fails: { exec: [sh, ./fail.sh] }",
    "absent: { exec: [./not-there] }",
    `never: { webhook: "${hanging.url}" }`,
    `good: { webhook: "${good.url}" }`,
  ]);
  await expectKillHealed(sandbox, project.container, 2_000);
  await typed(good, 2);
  await expectKillHealed(sandbox, project.container, 2_000);
  await typed(good, 4);
  const failed = await watching.line(({ msg, target }) => msg === "notifying again" && target === "fails");
  expect(failed.detail).toContain("exited with 3: no good");
  const stoppedAt = Date.now();
  watching.warm.child.kill("SIGTERM");
  const ended = await Promise.race([watching.warm.result, sleep(15_000)]);
  watching.warm.child.kill("SIGKILL");
  expect(
    ended,
    `still there after ${Date.now() - stoppedAt} ms:\n${watching.warm.output.stderr}`,
  ).toMatchObject({
    code: 0,
  });
  expect(Date.now() - stoppedAt).toBeLessThan(8_000);
});

it("a change of the file that is taken back before it is made is no healing", async () => {
  const sick = await sandbox.image("neverHealthy");
  await using hook = await startWebhook();
  const target = `chat: { webhook: "${hook.url}" }`;
  await using watching = await watchTelling([target]);
  const good = project.yaml;
  const yaml = good.replace(project.image, sick).replace("templates:", `notify:\n  ${target}\ntemplates:`);
  sandbox.writeConfig(yaml);
  await watching.line(({ msg, address: of }) => msg === "action-progress" && of === address());
  save([target]);
  await watching.line(({ msg }) => msg === "change given up");
  await watching.quiet();
  await sleep(200);
  expect(hook.deliveries.map(({ body }) => [body.type, body.message])).toEqual([]);
});

it("a URL that is a secret is told to nobody, whatever goes wrong", async () => {
  const gone = await startWebhook();
  await gone[Symbol.asyncDispose]();
  const secret = "hunter2-in-the-path";
  const env = { CHAT: `${gone.url}/${secret}`, BAD: `ftp://${secret}` };
  await using watching = await watchTelling(
    ["chat: { webhook: { fromEnv: CHAT } }", "bad: { webhook: { fromEnv: BAD } }"],
    env,
  );
  await expectKillHealed(sandbox, project.container, 3_000).catch((error: Error) =>
    expect.unreachable(`${error.message}:\n${watching.warm.output.stderr}`),
  );
  await eventually(() => countOf(watching, "notifying again") >= 2);
  await watching.stop();
  const status = readFileSync(join(sandbox.dir, ".warm", "status.json"), "utf8");
  expect(watching.warm.output.stderr + watching.warm.output.stdout + status).not.toContain(secret);
});
