import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../../rig/fault-proxy.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { warmHeldAt } from "../templates/proxied-apply.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { examine, findCheck } from "./examine.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
});
afterAll(() => sandbox.dispose());

describe("on a host where nothing stands in the way", () => {
  it("every check is told in a line, and the exit code is 0", async () => {
    const { code, stdout, stderr } = await examine(sandbox, project);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^ok {3}doctor\.yaml +valid, 5 resources\n/);
    expect(stdout).toMatch(/^ok {3}endpoint +unix:\S+ \(DOCKER_HOST is set\)$/m);
    expect(stdout).toMatch(/^ok {3}daemon +Docker \S+, API 1\.\d+, linux\/\S+, storage \S+$/m);
    expect(stdout).toMatch(/^(ok {3}|warn )disk +[\d.]+ GB free at \/\S+$/m);
    expect(findCheck(stdout, `registry ${project.image}`)).toEqual([
      `ok  registry ${project.image}  can be pulled, without a log-in`,
    ]);
    expect(findCheck(stdout, "plan")).toEqual(["ok  plan  5 changes to apply, 0 unchanged"]);
    expect(findCheck(stdout, "lock")).toEqual(["ok  lock  free"]);
  });

  it("the endpoint comes with its reason", async () => {
    const { stdout } = await sandbox.warm(["doctor", "-H", `unix://${sandbox.socketPath}`]);
    expect(findCheck(stdout, "endpoint")[0]).toContain(`unix://${sandbox.socketPath} (--host)`);
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
    expect(findCheck(stdout, "x.yaml")[0]).toMatch(words);
    expect(findCheck(stdout, "x.yaml")[1]).toContain(hint);
    expect(findCheck(stdout, "daemon")[0]).toMatch(/^ok/);
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
    const [line = "", advice = ""] = findCheck(stdout, words.split(" ")[1] ?? "");
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
    expect(findCheck(stdout, "objects")[0]).toBe("FAIL objects  list containers: boom");
    expect(stdout).not.toMatch(/^ok {3}plan/m);
  });
});

it("a foreign object in the way is a failure", async () => {
  await sandbox.docker.createVolume({ Name: `${sandbox.prefix}-web` });
  const { code, stdout } = await examine(sandbox, project);
  await sandbox.docker.getVolume(`${sandbox.prefix}-web`).remove();
  expect(code).toBe(1);
  const [line, hint] = findCheck(stdout, `volume.${sandbox.prefix}-web`);
  expect(line).toContain("the name is taken by a volume that warm did not make");
  expect(hint).toBe("hint: `warm plan` shows the ways out");
  expect(findCheck(stdout, "plan")[0]).toBe("ok  plan  4 changes to apply, 1 conflict, 0 unchanged");
});

it("a lock that is held is a warning, with its holder", async () => {
  const target = ["--target", `network.${sandbox.network}`];
  const step = { method: "POST", path: /\/networks\/create$/ };
  await warmHeldAt(sandbox, ["apply", "--auto-approve", ...target], step, async () => {
    const { code, stdout } = await examine(sandbox, project);
    expect(code).toBe(0);
    expect(findCheck(stdout, "lock")[0]).toMatch(
      /^warn lock {2}held by \S+@\S+ \(pid \d+\), running warm apply$/,
    );
    expect(stdout).toMatch(/\n\n0 failures, 1 warning\.\n$/);
  });
});
