import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { type Registry, registryLogin, startRegistry } from "../../rig/registry.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { warmHeldAt } from "./proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

const FROM_ENV = "hunter2-from-env";
const FROM_FILE = "hunter2-from-file";
const LOGIN = Buffer.from(`${registryLogin.username}:${registryLogin.password}`).toString("base64");

/** As they are, and as they would stand in a header or in Docker's config. */
const SECRETS = [FROM_ENV, FROM_FILE, registryLogin.password, LOGIN].flatMap((secret) => [
  secret,
  Buffer.from(secret).toString("base64").replaceAll("=", ""),
]);
/** How the credentials begin in `X-Registry-Auth`. */
const HEADER = Buffer.from(`{"username":"${registryLogin.username}","passw`).toString("base64url");

function expectNoSecret(text: string): void {
  for (const secret of [...SECRETS, HEADER]) expect(text).not.toContain(secret);
}

let sandbox: Sandbox;
let registry: Registry;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  registry = await startRegistry({ withLogin: true });
  const name = `${sandbox.id}/template:1`;
  await pushImage(registry, name, await buildImage("template", { salt: sandbox.id }));
  writeFileSync(join(sandbox.dir, "token"), FROM_FILE);
  writeLogin("login", LOGIN);
  project = await writeTemplateProject(sandbox, {
    image: `${registry.host}/${name}`,
    lines: ["env: { FROM_ENV: { fromEnv: SECRET_TOKEN }, FROM_FILE: { fromFile: token } }"],
  });
});
afterAll(async () => {
  await sandbox.dispose();
  await registry.stop();
});

function writeLogin(folder: string, auth: string): string {
  const dir = join(sandbox.dir, folder);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: { [registry.host]: { auth } } }));
  return dir;
}

/** Runs with the secrets at hand and expects that none is told; gives what was. */
async function warm(args: readonly string[], more: Record<string, string> = {}) {
  const env = { SECRET_TOKEN: FROM_ENV, DOCKER_CONFIG: join(sandbox.dir, "login"), ...more };
  const { code, stdout, stderr } = await sandbox.warm(args, { env });
  expectNoSecret(stdout + stderr);
  return { code, text: stdout + stderr };
}

const DEBUGGING = { DEBUG: "*", NODE_DEBUG: "http,https,net,tls,stream,timer,module,fs" };

describe("secrets are told to nobody", () => {
  it("before anything is done", async () => {
    for (const args of [["validate"], ["plan", "-v"], ["plan", "--format", "json"], ["status"], ["doctor"]])
      expect((await warm(args)).code).toBe(0);
    const { text } = await warm(["explain", `container.${project.container}`]);
    expect(text).toMatch(/env\.FROM_ENV +\(sensitive\)/);
  });

  it("in a saved plan", async () => {
    expect((await warm(["plan", "--out", "plan.json"])).code).toBe(0);
    const saved = readFileSync(join(sandbox.dir, "plan.json"), "utf8");
    expectNoSecret(saved);
    expect(saved).toContain("fromEnv: SECRET_TOKEN");
  });

  it("to whoever meets the lock", async () => {
    const step = { method: "POST", path: /\/networks\/create$/ };
    writeFileSync(
      join(sandbox.dir, "plain.yaml"),
      project.yaml.replace("fromEnv: SECRET_TOKEN", "fromFile: token"),
    );
    const target = ["--target", `network.${project.network}`];
    await warmHeldAt(sandbox, ["-f", "plain.yaml", "apply", "--auto-approve", ...target], step, async () => {
      expect((await warm(["lock", "status", "--json"])).text).toContain('"locked": true');
    });
  });

  it("while a log-in is refused", async () => {
    const wrong = Buffer.from(`${registryLogin.username}:hunter2-wrong`).toString("base64");
    const { code, text } = await warm(["apply", "--auto-approve"], {
      DOCKER_CONFIG: writeLogin("wrong", wrong),
    });
    expect(code).toBe(6);
    expect(text).toMatch(/auth/);
    expect(text).not.toContain("hunter2");
    expect(text).not.toContain(wrong);
  });

  it("while all is pulled, made and healthy, with everybody's debug output on", async () => {
    const { code, text } = await warm(["apply", "--auto-approve", "--json"], DEBUGGING);
    expect(code, text.slice(-2000)).toBe(0);
    expect(text).toMatch(/^HTTP \d+: /m);
    expect((await warm(["apply", "--auto-approve"], DEBUGGING)).text).toContain("No changes.");
    expect((await warm(["plan", "--detailed-exitcode"])).code).toBe(0);
  });

  it("in the labels of what was made, though the container has them", async () => {
    const { Config } = await sandbox.docker.getContainer(project.container).inspect();
    expect(Config.Env).toEqual(expect.arrayContaining([`FROM_ENV=${FROM_ENV}`, `FROM_FILE=${FROM_FILE}`]));
    expectNoSecret(JSON.stringify(Config.Labels));
    const volume = await sandbox.docker.getVolume(project.volume).inspect();
    expectNoSecret(JSON.stringify(volume));
  });

  it("when one has changed: the plan says which, and no value", async () => {
    const { code, text } = await warm(["plan", "--detailed-exitcode"], { SECRET_TOKEN: "hunter2-another" });
    expect(code).toBe(2);
    expect(text).toMatch(/env\.FROM_ENV +\(sensitive\)/);
    expect(text).not.toContain("hunter2");
  });

  it("when the container fails and prints its environment", async () => {
    const image = await sandbox.image("printsEnvironment");
    const id = sandbox.templateId("failing");
    sandbox.writeConfig(
      project.yaml.replaceAll(project.id, id).replace(project.image, image),
      "failing.yaml",
    );
    for (const format of [[], ["--json"]]) {
      const { code, text } = await warm(["-f", "failing.yaml", "apply", "--auto-approve", ...format]);
      expect(code).toBe(7);
      expect(text).toContain("FROM_ENV='(sensitive)'");
      expect(text).toContain("fatal: no settings found");
    }
  });

  it("when a file that holds one is not there", async () => {
    sandbox.writeConfig(project.yaml.replace("fromFile: token", "fromFile: nowhere"), "missing.yaml");
    expect((await warm(["-f", "missing.yaml", "plan"])).code).toBe(3);
  });
});
