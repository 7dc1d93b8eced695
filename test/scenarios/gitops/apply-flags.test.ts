import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { apply, expectServing, ownedNames } from "../seeding/seeded-template.js";
import { through } from "../templates/proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "../templates/template-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeEach(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, { lines: ["env: { LOG: info }"] });
});
afterEach(() => sandbox.dispose());

const run = (...args: readonly string[]) => sandbox.call(["apply", "--auto-approve", ...args]);
const changeLog = (level: string) => sandbox.writeConfig(project.yaml.replace("LOG: info", `LOG: ${level}`));
const idOf = async () => (await sandbox.docker.getContainer(project.container).inspect()).Id;

describe("--fail-on", () => {
  it("refuses what it names before anything is done, and lets the rest through", async () => {
    await apply(sandbox, "--fail-on", "destroy,replace,drift,conflict");
    const before = await idOf();
    changeLog("debug");
    const replaced = await run("--fail-on", "replace");
    expect(replaced.code, replaced.stderr).toBe(4);
    expect(replaced.stderr).toContain(`the plan replaces container.${project.container}: nothing was done`);
    expect(await idOf()).toBe(before);
    sandbox.writeConfig(projectYaml(sandbox, {}).replace("templates:\n", ""));
    const destroyed = await run("--fail-on", "destroy", "--fail-on", "drift");
    expect(destroyed.code, destroyed.stderr).toBe(4);
    expect(destroyed.stderr).toMatch(/the plan deletes .*nothing was done/);
    expect(await idOf()).toBe(before);
    sandbox.writeConfig(project.yaml);
    await sandbox.docker.getContainer(project.container).kill();
    const drifted = await run("--fail-on", "drift");
    expect(drifted.code, drifted.stderr).toBe(4);
    expect(drifted.stderr).toContain("undoes what was changed outside warm");
    expect((await run("--fail-on", "destroy,replace,conflict")).code).toBe(0);
  });

  it("refuses a plan that is in conflict, and a word that it does not know", async () => {
    await sandbox.docker.createVolume({ Name: project.volume, Labels: { [sandbox.id]: "" } });
    const { code, stderr } = await run("--fail-on", "conflict");
    expect(code, stderr).toBe(4);
    expect(stderr).toContain(`is in conflict over volume.${project.volume}`);
    expect(await ownedNames(sandbox)).toEqual([]);
    const unknown = await sandbox.warm(["apply", "--auto-approve", "--fail-on", "destruction"]);
    expect(unknown.code).toBe(64);
    expect(unknown.stderr).toContain("use one of destroy, replace, drift, conflict");
  });
});

describe("--expect-plan", () => {
  it("goes on with the plan that was reviewed, and else says what it is now", async () => {
    const digestNow = async () =>
      (JSON.parse((await sandbox.call(["plan", "--format", "json"])).stdout) as { digest: string }).digest;
    const reviewed = await digestNow();
    await apply(sandbox, "--expect-plan", reviewed);
    const late = await run("--expect-plan", reviewed);
    expect(late.code).toBe(5);
    expect(late.stderr).toContain("It is empty now.");
    changeLog("debug");
    const next = await digestNow();
    await sandbox.docker.getContainer(project.container).kill();
    const moved = await run("--expect-plan", next);
    expect(moved.code, moved.stderr).toBe(5);
    expect(moved.stderr).toMatch(
      new RegExp(
        `container.${project.container}: replace \\(config-changed, drift-stopped\\), found [0-9a-f]{20}, exited`,
      ),
    );
  });
});

describe("--verify", () => {
  it("proves that nothing is left to do", async () => {
    const { code, stderr } = await run("--verify");
    expect(code, stderr).toBe(0);
    expect(stderr).toContain("Verified: a plan made after it is empty.");
    expect((await run("--verify")).stderr).toContain("Verified");
  });

  it("exits 6 and names the field when something is", async () => {
    await apply(sandbox);
    changeLog("debug");
    const proxy = await startFaultProxy(sandbox.socketPath);
    // Somebody stops the container between the end of the work and the last look.
    let removals = 0;
    let stopped: Promise<unknown> | undefined;
    proxy.fault({
      match: ({ method, path }) => {
        if (method === "DELETE") removals += 1;
        const isVerifying = removals === OLD_AND_LOCK && path.endsWith("/containers/json");
        if (isVerifying) stopped ??= sandbox.docker.getContainer(project.container).kill();
        return isVerifying;
      },
      action: { kind: "delay", ms: 1_000 },
    });
    const { code, stderr } = await sandbox.call(["apply", "--auto-approve", "--verify"], through(proxy));
    await stopped;
    expect(code, stderr).toBe(6);
    expect(stderr).toContain("Not verified: a plan made after it is not empty.");
    expect(stderr).toContain(`> container.${project.container}  start: not running`);
    await proxy.stop();
  });
});

/** The old container, and the lock's. */
const OLD_AND_LOCK = 2;

describe("--rollback-on-failure", () => {
  it("puts the last good file back when the new one never becomes healthy, and does not try that again", async () => {
    await apply(sandbox, "--rollback-on-failure");
    const before = await idOf();
    const bad = await sandbox.image("neverHealthy");
    const badYaml = project.yaml
      .replace(project.image, bad)
      .replace("env:", "health: { timeout: 1s }\n    env:");
    sandbox.writeConfig(badYaml);
    const failed = await run("--rollback-on-failure");
    expect(failed.code, failed.stderr).toBe(7);
    expect(failed.stderr).toContain("Rolling back to warm.yaml as it was applied at");
    expect(failed.stderr).toContain("Rolled back.");
    await expectServing(sandbox, project);
    expect(await idOf()).toBe(before);
    const again = await run("--rollback-on-failure");
    expect(again.code, again.stderr).toBe(4);
    expect(again.stderr).toContain("has failed at");
    expect(await idOf()).toBe(before);
    changeLog("debug");
    await apply(sandbox, "--rollback-on-failure");
    await expectServing(sandbox, project);
  });

  it("takes back what the bad file had already changed", async () => {
    const second = sandbox.templateId("second");
    const { image, blob } = project;
    const file = (lines: string, last: string) =>
      projectYaml(sandbox, {
        [project.id]: { image, blob, lines: [`env: { LOG: ${lines} }`] },
        [second]: { image: last, blob, lines: ["health: { timeout: 1s }"] },
      });
    sandbox.writeConfig(file("info", image));
    await apply(sandbox, "--rollback-on-failure");
    const log = async () => (await sandbox.docker.getContainer(project.container).inspect()).Config.Env;
    sandbox.writeConfig(file("debug", await sandbox.image("neverHealthy")));
    const failed = await run("--rollback-on-failure");
    expect(failed.code, failed.stderr).toBe(7);
    expect(failed.stdout).toContain(`container.${project.container}`);
    expect(await log()).toContain("LOG=info");
    sandbox.writeConfig(file("info", image));
    expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
  });

  it("leaves alone what failed only for the moment, and says when there is nothing to go back to", async () => {
    sandbox.writeConfig(
      project.yaml
        .replace(project.image, "127.0.0.1:1/nobody/answers:1")
        .replace("templates:", "pull: { retries: 0 }\ntemplates:"),
    );
    const away = await run("--rollback-on-failure");
    expect(away.code, away.stderr).toBe(6);
    expect(away.stderr).toContain("Not rolled back: what failed may succeed when it is tried again.");
    sandbox.writeConfig(project.yaml.replace(project.image, `${sandbox.registry.host}/${sandbox.id}/none:1`));
    const first = await run("--rollback-on-failure");
    expect(first.code, first.stderr).toBe(6);
    expect(first.stderr).toContain("Not rolled back: no file was applied whole from here yet.");
  });

  it("leaves what a watcher of a repository remembers to that watcher", async () => {
    await apply(sandbox, "--rollback-on-failure");
    const good = join(sandbox.dir, ".warm", "revisions", "good.json");
    const memory = JSON.parse(readFileSync(good, "utf8"));
    const ofRepository = JSON.stringify({
      ...memory,
      value: { ...memory.value, origin: "/srv/infra.git main" },
    });
    writeFileSync(good, ofRepository);
    changeLog("debug");
    await apply(sandbox, "--rollback-on-failure");
    expect(readFileSync(good, "utf8")).toBe(ofRepository);
    sandbox.writeConfig(project.yaml.replace(project.image, `${sandbox.registry.host}/${sandbox.id}/none:1`));
    const failed = await run("--rollback-on-failure");
    expect(failed.code, failed.stderr).toBe(6);
    expect(failed.stderr).toContain("Not rolled back: no file was applied whole from here yet.");
  });

  it("makes no state directory where nobody has asked for one, and keeps what it has in a private file", async () => {
    await apply(sandbox);
    expect(existsSync(join(sandbox.dir, ".warm"))).toBe(false);
    await apply(sandbox, "--rollback-on-failure");
    const good = join(sandbox.dir, ".warm", "revisions", "good.json");
    expect(statSync(good).mode & 0o777).toBe(0o600);
    expect(readFileSync(good, "utf8")).toContain(JSON.stringify(project.yaml));
  });
});
