import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Registry, registryLogin, startRegistry } from "../../rig/registry.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { examine, findCheck } from "./examine.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
});
afterAll(() => sandbox.dispose());

describe("an image that could not be pulled is told before a pull fails", () => {
  let locked: Registry;
  beforeAll(async () => {
    locked = await startRegistry({ withLogin: true });
  });
  afterAll(() => locked.stop());

  const withLogin = (password: string) => {
    const dir = join(sandbox.dir, `login-${password}`);
    mkdirSync(dir, { recursive: true });
    const auth = Buffer.from(`${registryLogin.username}:${password}`).toString("base64");
    writeFileSync(join(dir, "config.json"), JSON.stringify({ auths: { [locked.host]: { auth } } }));
    return { DOCKER_CONFIG: dir };
  };

  it.each([
    ["without a log-in", () => ({}), "the registry refuses it, asked without a log-in"],
    ["with a wrong one", () => withLogin("wrong"), "the registry refuses it, asked with the log-in of rig"],
  ])("%s", async (_name, env, words) => {
    const { code, stdout } = await examine(sandbox, project, { image: `${locked.host}/acme/app:1` }, env());
    expect(code).toBe(1);
    const [line, hint] = findCheck(stdout, `registry ${locked.host}/acme/app:1`);
    expect(line).toContain(`FAIL registry ${locked.host}/acme/app:1  ${words}: `);
    expect(hint).toBe(`hint: \`docker login ${locked.host}\``);
    expect(stdout).not.toContain("wrong");
  });

  it("a good log-in is used, and what is not there is told", async () => {
    const { stdout } = await examine(
      sandbox,
      project,
      { image: `${locked.host}/acme/app:1` },
      withLogin(registryLogin.password),
    );
    expect(findCheck(stdout, `registry ${locked.host}/acme/app:1`)).toEqual([
      expect.stringContaining("the registry has no such image, asked with the log-in of rig"),
      "hint: check the name and the tag",
    ]);
    expect(stdout).not.toContain(registryLogin.password);
  });

  it("a registry that is not there", async () => {
    const { stdout } = await examine(sandbox, project, { blob: "127.0.0.1:1/acme/app:1" });
    expect(findCheck(stdout, "registry 127.0.0.1:1/acme/app:1")[0]).toContain(
      "the Docker host cannot reach the registry",
    );
  });

  it("one that is built for another platform", async () => {
    const image = await sandbox.image("wrongPlatform");
    const { code, stdout } = await examine(sandbox, project, { image });
    expect(code).toBe(1);
    expect(findCheck(stdout, `registry ${image}`)[0]).toMatch(
      /FAIL .* built for linux\/\w+, this host is linux\/\w+$/,
    );
  });

  it("one that is on the host already is worth a warning and no failure", async () => {
    const image = await sandbox.image("template", { to: "load", tag: "local" });
    const { code, stdout } = await examine(sandbox, project, { image });
    expect(code).toBe(0);
    expect(findCheck(stdout, `registry ${image}`)[0]).toContain(
      "is on the host, but the registry has no such image",
    );
  });
});
