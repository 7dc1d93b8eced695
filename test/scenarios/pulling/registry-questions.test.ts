import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildImage } from "../../rig/images.js";
import { pushImage } from "../../rig/push-image.js";
import { type Registry, registryLogin, startRegistry } from "../../rig/registry.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { projectYaml } from "../templates/template-project.js";

describe("a plan under `pull.policy: always`", () => {
  let sandbox: Sandbox;
  let locked: Registry;
  let image: string;
  beforeAll(async () => {
    sandbox = await createSandbox();
    locked = await startRegistry({ withLogin: true });
    image = await pushImage(
      locked,
      `${sandbox.id}/own:1`,
      await buildImage("neverHealthy", { salt: sandbox.id }),
    );
  });
  afterAll(() => Promise.all([sandbox.dispose(), locked.stop()]));

  async function plan(image: string, password?: string) {
    sandbox.writeConfig(
      projectYaml(sandbox, { [sandbox.templateId()]: { image, blob: image } }, ["pull: { policy: always }"]),
    );
    const auth = Buffer.from(`${registryLogin.username}:${password}`).toString("base64");
    const config = password === undefined ? {} : { auths: { [locked.host]: { auth } } };
    writeFileSync(join(sandbox.dir, "config.json"), JSON.stringify(config));
    const { code, stdout, stderr } = await sandbox.call(["plan"], { env: { DOCKER_CONFIG: sandbox.dir } });
    return { code, stdout, stderr, auth };
  }

  it("asks the registry with the log-in of the Docker config file", async () => {
    const { code, stdout, stderr } = await plan(image, registryLogin.password);
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`+ image.${image}`);
  });

  it.each([
    {
      what: "no log-in",
      password: undefined,
      of: () => image,
      told: "no basic auth credentials\nhint: log in",
    },
    {
      what: "a wrong password",
      password: "wrong-s3cret",
      of: () => image,
      told: "unauthorized: authentication required\nhint: log in",
    },
    {
      what: "a tag that is not there",
      password: registryLogin.password,
      of: () => image.replace(/1$/, "none"),
      told: "manifest unknown\nhint: check the name and the tag",
    },
    {
      what: "a registry that does not answer",
      password: undefined,
      of: () => "127.0.0.1:1/a/b:1",
      told: "connection refused\nhint: check that the Docker host reaches",
    },
  ])("is refused for $what, in clear words and without the password", async ({ password, of, told }) => {
    const { code, stdout, stderr, auth } = await plan(of(), password);
    expect(code).toBe(1);
    expect(stderr).toContain(told);
    expect(stdout + stderr).not.toContain(password ?? "no password");
    expect(stdout + stderr).not.toContain(auth);
  });
});
