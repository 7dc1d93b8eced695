import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { expectWarm, ownedNames } from "../seeding/seeded-template.js";
import { through } from "../templates/proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { namesOf, watch } from "./watched-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
});
afterAll(() => sandbox.dispose());

const once = (options: Parameters<Sandbox["warm"]>[1] = {}) => sandbox.warm(["watch", "--once"], options);
const messages = (stderr: string) =>
  stderr
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { msg: string }).msg);
const locks = async () => (await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock-"));

describe("one round", () => {
  it("makes a bare host warm, and gives the lock back", async () => {
    const { code, stderr } = await once();
    expect(code, stderr).toBe(0);
    await expectWarm(sandbox, project);
    expect(await locks()).toEqual([]);
  });

  it("changes nothing of a warm one", async () => {
    const inspect = () => sandbox.docker.getContainer(project.container).inspect();
    const before = await inspect();
    const { code, stderr } = await once();
    expect(code, stderr).toBe(0);
    const after = await inspect();
    expect([after.Id, after.State.StartedAt]).toEqual([before.Id, before.State.StartedAt]);
    expect(messages(stderr)).toEqual(["watching", "stopped"]);
  });

  it("heals what is damaged", async () => {
    await sandbox.docker.getContainer(project.container).kill();
    const { code, stderr } = await once();
    expect(code, stderr).toBe(0);
    expect(messages(stderr)).toEqual(["watching", "resource healed", "stopped"]);
    await expectWarm(sandbox, project);
  });

  it("ends with 3 for an invalid file, and with 8 while somebody else has the lock", async () => {
    sandbox.writeConfig("version: [\n");
    expect((await once()).code).toBe(3);
    sandbox.writeConfig(project.yaml);
    const watching = watch(sandbox, ["--state-dir", ".other"]);
    await watching.quiet();
    const { code, stderr } = await once();
    expect(code, stderr).toBe(8);
    expect(stderr).toContain("warm watch");
    await watching.stop();
  });

  it("ends with 1 when Docker is away", async () => {
    const proxy = await startFaultProxy(sandbox.socketPath);
    proxy.fault({ match: () => true, action: { kind: "refuse" } });
    const { code, stderr } = await once(through(proxy));
    await proxy.stop();
    expect(code, stderr).toBe(1);
    expect(await locks()).toEqual([]);
    const env = { DOCKER_HOST: "unix:///nowhere/docker.sock" };
    expect((await once({ env })).code).toBe(1);
  });

  it("ends with 7 when a template does not become healthy, with the others made", async () => {
    const image = await sandbox.image("neverHealthy");
    const { blob } = project;
    const lines = ["health: { interval: 200ms, timeout: 1s }"];
    const templates = {
      [project.id]: { image: project.image, blob },
      [namesOf(sandbox, "ill").id]: { image, blob, lines },
    };
    sandbox.writeConfig(projectYaml(sandbox, templates));
    const { code, stderr } = await once();
    expect(code, stderr).toBe(7);
    expect(stderr).toContain("never listening");
  });

  it("ends with 6 when an image cannot be had, with the others made", async () => {
    const { image, blob } = project;
    const templates = {
      [project.id]: { image, blob },
      [namesOf(sandbox, "ill").id]: { image: `${sandbox.registry.host}/not/there:1`, blob },
    };
    sandbox.writeConfig(projectYaml(sandbox, templates));
    const { code, stderr } = await once();
    expect(code, stderr).toBe(6);
    expect(messages(stderr)).toContain("change failed");
    expect(await ownedNames(sandbox)).toEqual(
      [project.container, project.volume, namesOf(sandbox, "ill").volume].sort(),
    );
  });

  it("ends with 4 when it would delete most of what there is, and deletes none of it", async () => {
    const { image, blob } = project;
    const labels = ["ill", "b", "c"];
    const block = (ids: readonly string[]) =>
      projectYaml(sandbox, Object.fromEntries(ids.map((id) => [id, { image, blob }])));
    sandbox.writeConfig(block([project.id, ...labels.map((label) => namesOf(sandbox, label).id)]));
    expect((await once()).code).toBe(0);
    const before = await ownedNames(sandbox);
    sandbox.writeConfig(block([project.id]));
    const { code, stderr } = await once();
    expect(code, stderr).toBe(4);
    expect(messages(stderr)).toContain("guard refused");
    expect(await ownedNames(sandbox)).toEqual(before);
    await sandbox.warm(["resume", "--allow-deletes"]);
    expect((await once()).code).toBe(0);
    await expectWarm(sandbox, project);
  });
});
