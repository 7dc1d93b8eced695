import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { createConnection } from "../../../src/docker/connection/connection-agent.js";
import { createReader } from "../../../src/docker/connection/host-reader.js";
import { parseEndpoint } from "../../../src/docker/connection/parse-endpoint.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../templates/template-project.js";
import { dialStdio, type FakeSsh, failWith, makeFakeSsh } from "./fake-ssh.js";

let sandbox: Sandbox;
let project: TemplateProject;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox, {
    image: await sandbox.image("template", { to: "both", healthcheck: true }),
    blob: await sandbox.image("blob", { to: "both" }),
    lines: ["health: { healthcheck: true }"],
  });
});
afterAll(() => sandbox.dispose());

const fakeSsh = (body: string) => makeFakeSsh(mkdtempSync(join(sandbox.dir, "ssh-")), body);
const plan = (host: string, { env }: Pick<FakeSsh, "env">) => sandbox.warm(["plan", "--host", host], { env });

describe("over ssh", () => {
  it("a template is planned, applied and removed, by few runs of ssh", async () => {
    const ssh = fakeSsh(dialStdio(sandbox.socketPath));
    for (const [args, words] of [
      [["plan"], "to create"],
      [["apply", "--auto-approve"], "Everything matches"],
      [["destroy", "--auto-approve"], "Applied:"],
    ] as const) {
      const before = ssh.runs().length;
      const { code, stdout, stderr } = await sandbox.warm(["--host", "ssh://me@build-7:2222", ...args], ssh);
      expect(code, stdout + stderr).toBe(0);
      expect(stdout).toContain(words);
      expect(ssh.runs().length - before).toBeLessThanOrEqual(4);
    }
  });

  it.each([
    ["ssh://build-7", ["--", "build-7", "docker", "system", "dial-stdio"]],
    ["ssh://me@build-7:2222", ["-l", "me", "-p", "2222", "--", "build-7", "docker", "system", "dial-stdio"]],
    [
      "ssh://build-7/run/it's.sock",
      ["--", "build-7", "docker", "--host", "'unix:///run/it'\\''s.sock'", "system", "dial-stdio"],
    ],
  ])("%s: ssh asks no question and takes no word of it for an option", async (host, args) => {
    const ssh = fakeSsh(dialStdio(sandbox.socketPath));
    expect((await plan(host, ssh)).code).toBe(0);
    const safe = ["-T", "-o", "BatchMode=yes", "-o", "ConnectTimeout=10"];
    expect(ssh.runs()[0]?.args).toEqual([...safe, ...args]);
  });
});

it("another machine's ports are not asked for on this one, nor published there", async () => {
  const ssh = fakeSsh(dialStdio(sandbox.socketPath));
  const warm = (...args: readonly string[]) => sandbox.warm(["--host", "ssh://build-7", ...args], ssh);
  const inside = "{ exec: [wget, -q, -O, /dev/null, 'http://127.0.0.1:5550/'], timeout: 20s }";
  sandbox.writeConfig(project.yaml.replace(/health: .*/, `health: ${inside}`), "inside.yaml");
  const applied = await warm("apply", "--auto-approve", "--file", "inside.yaml");
  expect(applied.code, applied.stdout + applied.stderr).toBe(0);
  const { HostConfig } = await sandbox.docker.getContainer(project.container).inspect();
  expect(HostConfig.PortBindings ?? {}).toEqual({});
  for (const health of ["{ path: / }", "{ tcp: true }"]) {
    const yaml = project.yaml.replace(/health: .*/, `health: ${health}`);
    const file = sandbox.writeConfig(yaml, "asked.yaml");
    const { code, stderr, ms } = await warm("apply", "--auto-approve", "--file", file);
    expect(code, stderr).toBe(7);
    expect(stderr).toContain("no way to its port 5550 from here");
    expect(stderr).toContain("`health: { exec: … }`");
    expect(ms).toBeLessThan(20_000);
    // Where nothing was asked, Docker's own health check is what there is to tell.
    expect((await warm("status", "--file", file)).stdout).not.toContain("unhealthy");
  }
  expect((await warm("destroy", "--auto-approve")).code).toBe(0);
});

describe("an ssh that does not get there", () => {
  it("is quoted with its own words", async () => {
    const ssh = fakeSsh(failWith("Host key verification failed.\r\n"));
    const { code, stderr } = await plan("ssh://build-7", ssh);
    expect(code).toBe(1);
    expect(stderr).toBe(
      "error: ssh to build-7: Host key verification failed.\n" +
        "hint: check that `ssh build-7 docker version` works without a question\n",
    );
  });

  it("and has no words, is told by its exit code", async () => {
    const { code, stderr } = await plan("ssh://build-7", fakeSsh(failWith("")));
    expect(code).toBe(1);
    expect(stderr).toContain("error: ssh to build-7: ssh ended with code 255\n");
  });

  it("and ends without an error and without an answer, is told", async () => {
    const { code, stderr } = await plan("ssh://build-7", fakeSsh(""));
    expect(code).toBe(1);
    expect(stderr).toContain("error: ssh to build-7: ssh ended before Docker answered\n");
  });

  it("and prints a banner in place of an answer, is told", async () => {
    const { code, stderr } = await plan("ssh://build-7", fakeSsh('process.stdout.write("Welcome!\\n");'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/^error: .*ssh:\/\/build-7/);
  });

  it("is not installed: says so", async () => {
    const bin = join(sandbox.dir, "empty");
    mkdirSync(bin);
    writeFileSync(join(bin, "other"), "");
    const { code, stderr } = await plan("ssh://build-7", { env: { PATH: bin } });
    expect(code).toBe(1);
    expect(stderr).toContain("error: ssh to build-7: the `ssh` program cannot be started");
  });

  it("hangs: is given up in time and ended", async () => {
    const ssh = fakeSsh("setInterval(() => {}, 1000);");
    vi.stubEnv("PATH", ssh.env.PATH);
    const connection = createConnection(parseEndpoint("ssh://build-7", "--host", () => undefined));
    const asking = createReader(connection).getJson("ask for the version", "/version", { deadlineMs: 3000 });
    await expect(asking).rejects.toMatchObject({ code: "deadline" });
    connection.close();
    vi.unstubAllEnvs();
    const [run] = ssh.runs();
    expect(run).toBeDefined();
    await vi.waitFor(() => expect(() => process.kill(run?.pid ?? 0, 0)).toThrow("ESRCH"), { timeout: 5000 });
  });
});
