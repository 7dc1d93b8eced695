import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../rig/fault-proxy.js";
import { type Registry, registryLogin, startRegistry } from "../rig/registry.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { warmHeldAt } from "./proxied-apply.js";
import { projectYaml, type TemplateProject, writeTemplateProject } from "./template-project.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
});
afterAll(() => sandbox.dispose());

/** Writes a file with these images, and what doctor says of it. */
async function examine(images: { image?: string; blob?: string } = {}, env: Record<string, string> = {}) {
  const template = { image: images.image ?? project.image, blob: images.blob ?? project.blob };
  sandbox.writeConfig(projectYaml(sandbox, { web: template }), "doctor.yaml");
  return sandbox.warm(["--file", "doctor.yaml", "doctor"], { env });
}

/** One check with its hint. */
const check = (stdout: string, name: string) => {
  const lines = stdout.split("\n");
  const at = lines.findIndex((line) => line.slice(5).startsWith(`${name} `));
  const [line = "", next = ""] = lines.slice(at === -1 ? lines.length : at);
  return [line.replaceAll(/ {2,}/g, "  "), ...(next.startsWith("      hint: ") ? [next.trim()] : [])];
};

describe("on a host where nothing stands in the way", () => {
  it("every check is told in a line, and the exit code is 0", async () => {
    const { code, stdout, stderr } = await examine();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ok {3}doctor\.yaml +valid, 5 resources\n/);
    expect(stdout).toMatch(/^ok {3}endpoint +unix:\S+ \(DOCKER_HOST is set\)$/m);
    expect(stdout).toMatch(/^ok {3}daemon +Docker \S+, API 1\.\d+, linux\/\S+, storage \S+$/m);
    expect(stdout).toMatch(/^(ok {3}|warn )disk +[\d.]+ GB free at \/\S+$/m);
    expect(check(stdout, `registry ${project.image}`)).toEqual([
      `ok  registry ${project.image}  can be pulled, without a log-in`,
    ]);
    expect(check(stdout, "plan")).toEqual(["ok  plan  5 changes to apply, 0 unchanged"]);
    expect(check(stdout, "lock")).toEqual(["ok  lock  free"]);
  });

  it("the endpoint comes with its reason", async () => {
    const { stdout } = await sandbox.warm(["doctor", "-H", `unix://${sandbox.socketPath}`]);
    expect(check(stdout, "endpoint")[0]).toContain(`unix://${sandbox.socketPath} (--host)`);
  });

  it("as JSON it is the same checks", async () => {
    const { code, stdout } = await sandbox.warm(["doctor", "--json"]);
    expect(code).toBe(0);
    const names = JSON.parse(stdout).checks.map(({ name }: { name: string }) => name);
    expect(names).toEqual([
      ...["warm.yaml", "endpoint", "daemon", "disk", "limits"],
      ...[`registry ${project.image}`, `registry ${project.blob}`].sort(),
      ...["plan", "lock"],
    ]);
  });
});

describe("a file that is of no use is told, and Docker is looked at all the same", () => {
  it.each([
    ["none", undefined, "FAIL x.yaml  the file does not exist", "`warm init`"],
    [
      "one with a problem",
      "version: 1\nproject: x\ntemplate: {}\n",
      "FAIL x.yaml  line 3: unknown key `template`",
      "did you mean",
    ],
    [
      "one with several",
      "version: 2\nprojekt: x\n",
      /^FAIL x\.yaml {2}line \d: .*, and \d more problems?$/,
      "`warm validate`",
    ],
  ])("%s", async (_name, yaml, words, hint) => {
    if (yaml !== undefined) sandbox.writeConfig(yaml, "x.yaml");
    const { code, stdout } = await sandbox.warm(["-f", "x.yaml", "doctor"]);
    expect(code).toBe(1);
    expect(check(stdout, "x.yaml")[0]).toMatch(words);
    expect(check(stdout, "x.yaml")[1]).toContain(hint);
    expect(check(stdout, "daemon")[0]).toMatch(/^ok/);
    expect(stdout).toMatch(/\n\n1 failure, 0 warnings\.\n$/);
  });
});

describe("a Docker that does not answer", () => {
  it.each([
    ["unix:///nowhere.sock", "FAIL daemon  cannot reach Docker at unix:///nowhere.sock", "start the daemon"],
    ["tcp://127.0.0.1:1", "FAIL daemon  cannot reach Docker at tcp://127.0.0.1:1", "start the daemon"],
    ["tcp://h:99999", "FAIL endpoint  --host: `tcp://h:99999` is no Docker endpoint", "use unix://"],
  ])("at %s", async (host, words, hint) => {
    const { code, stdout } = await sandbox.warm(["doctor", "--host", host]);
    expect(code).toBe(1);
    const [line = "", advice = ""] = check(stdout, words.split(" ")[1] ?? "");
    expect(line.startsWith(words), line).toBe(true);
    expect(advice).toContain(hint);
  });

  it("in full is not read as an empty one", async () => {
    const proxy = await startFaultProxy(sandbox.socketPath);
    proxy.fault({
      match: { path: /\/containers\/json$/ },
      action: { kind: "answer", status: 500, body: { message: "boom" } },
    });
    const { code, stdout } = await sandbox.warm(["doctor", "-H", `unix://${proxy.socketPath}`]);
    await proxy.stop();
    expect(code).toBe(1);
    expect(check(stdout, "objects")[0]).toBe("FAIL objects  list containers: boom");
    expect(stdout).not.toMatch(/^ok {3}plan/m);
  });
});

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
    const { code, stdout } = await examine({ image: `${locked.host}/acme/app:1` }, env());
    expect(code).toBe(1);
    const [line, hint] = check(stdout, `registry ${locked.host}/acme/app:1`);
    expect(line).toContain(`FAIL registry ${locked.host}/acme/app:1  ${words}: `);
    expect(hint).toBe(`hint: \`docker login ${locked.host}\``);
    expect(stdout).not.toContain("wrong");
  });

  it("a good log-in is used, and what is not there is told", async () => {
    const { stdout } = await examine(
      { image: `${locked.host}/acme/app:1` },
      withLogin(registryLogin.password),
    );
    expect(check(stdout, `registry ${locked.host}/acme/app:1`)).toEqual([
      expect.stringContaining("the registry has no such image, asked with the log-in of rig"),
      "hint: check the name and the tag",
    ]);
    expect(stdout).not.toContain(registryLogin.password);
  });

  it("a registry that is not there", async () => {
    const { stdout } = await examine({ blob: "127.0.0.1:1/acme/app:1" });
    expect(check(stdout, "registry 127.0.0.1:1/acme/app:1")[0]).toContain(
      "the Docker host cannot reach the registry",
    );
  });

  it("one that is built for another platform", async () => {
    const image = await sandbox.image("wrongPlatform");
    const { code, stdout } = await examine({ image });
    expect(code).toBe(1);
    expect(check(stdout, `registry ${image}`)[0]).toMatch(
      /FAIL .* built for linux\/\w+, this host is linux\/\w+$/,
    );
  });

  it("one that is on the host already is worth a warning and no failure", async () => {
    const image = await sandbox.image("template", { to: "load", tag: "local" });
    const { code, stdout } = await examine({ image });
    expect(code).toBe(0);
    expect(check(stdout, `registry ${image}`)[0]).toContain(
      "is on the host, but the registry has no such image",
    );
  });
});

it("a foreign object in the way is a failure", async () => {
  await sandbox.docker.createVolume({ Name: `${sandbox.prefix}-web` });
  const { code, stdout } = await examine();
  await sandbox.docker.getVolume(`${sandbox.prefix}-web`).remove();
  expect(code).toBe(1);
  const [line, hint] = check(stdout, `volume.${sandbox.prefix}-web`);
  expect(line).toContain("the name is taken by a volume that warm did not make");
  expect(hint).toBe("hint: `warm plan` shows the ways out");
  expect(check(stdout, "plan")[0]).toBe("ok  plan  4 changes to apply, 1 conflict, 0 unchanged");
});

it("a lock that is held is a warning, with its holder", async () => {
  const target = ["--target", `network.${sandbox.network}`];
  const step = { method: "POST", path: /\/networks\/create$/ };
  await warmHeldAt(sandbox, ["apply", "--auto-approve", ...target], step, async () => {
    const { code, stdout } = await examine();
    expect(code).toBe(0);
    expect(check(stdout, "lock")[0]).toMatch(
      /^warn lock {2}held by \S+@\S+ \(pid \d+\), running warm apply$/,
    );
    expect(stdout).toMatch(/\n\n0 failures, 1 warning\.\n$/);
  });
});
