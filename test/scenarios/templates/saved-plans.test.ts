import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, ownedNames } from "../seeding/seeded-template.js";
import { through } from "./proxied-apply.js";
import { expectNoChanges } from "./read-plan.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("a saved plan", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeEach(async () => {
    sandbox = await createSandbox();
    const [image, blob] = [
      await sandbox.image("template", { to: "both" }),
      await sandbox.image("blob", { to: "both" }),
    ];
    project = await writeTemplateProject(sandbox, { image, blob });
  });
  afterEach(() => sandbox.dispose());

  const save = async (...args: readonly string[]) => {
    const { code, stderr } = await sandbox.call(["plan", "--out", "the.plan", ...args]);
    expect(code, stderr).toBe(0);
  };
  const applySaved = () => sandbox.call(["apply", "the.plan"]);
  const planFile = () => join(sandbox.dir, "the.plan");

  /** Refused as stale, with this in the message, and nothing was done. */
  async function expectStale(text: string | RegExp): Promise<void> {
    const before = await ownedNames(sandbox);
    const { code, stderr } = await applySaved();
    expect(code, stderr).toBe(5);
    expect(stderr).toMatch(text);
    expect(await ownedNames(sandbox)).toEqual(before);
  }

  it("is a private file without secrets, and applying it needs no approval", async () => {
    sandbox.writeConfig(`${project.yaml}    env: { TOKEN: { fromEnv: WARM_TEST_TOKEN } }\n`);
    const env = { WARM_TEST_TOKEN: "s3cret" };
    expect((await sandbox.call(["plan", "--out", "the.plan"], { env })).code).toBe(0);
    expect(statSync(planFile()).mode & 0o777).toBe(0o600);
    expect(readFileSync(planFile(), "utf8")).not.toContain("s3cret");
    const applied = await sandbox.call(["apply", "the.plan"], { env });
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect((await sandbox.docker.getContainer(project.container).inspect()).Config.Env).toContain(
      "TOKEN=s3cret",
    );
  });

  it("is carried out as it was saved, whatever became of the file", async () => {
    await save();
    sandbox.writeConfig(project.yaml.replace(project.image, "127.0.0.1:1/another:1"));
    expect((await applySaved()).code).toBe(0);
    sandbox.writeConfig(project.yaml);
    await expectNoChanges(sandbox);
  });

  it("is stale when what it creates is there already, or what it starts is gone", async () => {
    await save();
    await apply(sandbox);
    await expectStale(`container.${project.container}: expected nothing there, found`);

    const container = sandbox.docker.getContainer(project.container);
    await container.stop();
    await save();
    await container.remove();
    await expectStale(new RegExp(`container.${project.container}: expected .*exited.*, found nothing there`));
  });

  it("is stale when what it replaces has been made anew, was stopped, or its image moved", async () => {
    await apply(sandbox);
    sandbox.writeConfig(`${project.yaml}    env: { MODE: "new" }\n`);
    await save();
    const container = sandbox.docker.getContainer(project.container);
    await container.stop();
    await expectStale(/expected .*running.*, found .*exited/);
    await container.start();
    await sandbox.image("template", { version: "2", to: "load" });
    await expectStale(`container.${project.container}`);
    await container.remove({ force: true });
    sandbox.writeConfig(project.yaml);
    await apply(sandbox);
    await expectStale(/expected .*, found /);
  });

  it("is stale when something that it builds on has gone", async () => {
    await apply(sandbox);
    await sandbox.docker.getContainer(project.container).remove({ force: true });
    await save();
    await sandbox.docker.getNetwork(project.network).remove();
    await expectStale(`network.${project.network}: expected `);
  });

  it("does not mind changes to what it does not touch", async () => {
    await apply(sandbox);
    await sandbox.docker.getContainer(project.container).remove({ force: true });
    await save("--target", `container.${project.container}`);
    await sandbox.docker.createVolume({ Name: `${sandbox.prefix}-else` });
    sandbox.writeConfig(`# a comment\n${project.yaml}`);
    const { code, stderr } = await applySaved();
    expect(code, stderr).toBe(0);
    await expectNoChanges(sandbox);
  });

  it("is refused once it was edited, in its changes or in its text", async () => {
    await save();
    const text = readFileSync(planFile(), "utf8");
    const edits = [
      text.replaceAll(project.image, `${project.image}0`),
      text.replace('"action": "create"', '"action": "start"'),
      text.replace(/"digest": "p1:./, '"digest": "p1:x'),
      text.replace('"kind": "container"', '"kind": "volume"'),
      text.replace("version: 1\\n", "version: 1\\nprune: none\\n"),
    ];
    for (const edited of edits) {
      expect(edited).not.toBe(text);
      sandbox.writeConfig(edited, "the.plan");
      const { code, stderr } = await applySaved();
      expect([5, 64], stderr).toContain(code);
      expect(await ownedNames(sandbox)).toEqual([]);
    }
    sandbox.writeConfig("{", "the.plan");
    expect((await applySaved()).code).toBe(64);
  });

  it("is refused on another host, and taken on the same one by another way", async () => {
    await save();
    const proxy = await startFaultProxy(sandbox.socketPath);
    const info = await sandbox.docker.info();
    const rule = { match: { path: /\/info$/ }, action: { kind: "answer", status: 200 } as const };
    proxy.fault({ ...rule, action: { ...rule.action, body: { ...info, ID: "ANOTHER:HOST" } } });
    const refused = await sandbox.call(["apply", "the.plan"], through(proxy));
    expect(refused).toMatchObject({ code: 5, stderr: expect.stringContaining("another Docker host") });
    expect(await ownedNames(sandbox)).toEqual([]);
    proxy.clear();
    expect((await sandbox.call(["apply", "the.plan"], through(proxy))).code).toBe(0);
    await proxy.stop();
  });
});
