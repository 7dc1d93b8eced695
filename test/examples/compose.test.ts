import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { loadImage } from "../rig/load-image.js";
import { createSandbox, type Sandbox } from "../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "../scenarios/templates/template-project.js";
import { type ComposeFile, joinCompose, readCompose, toContainer } from "./compose/read-compose.js";
import { serveRepository } from "./compose/serve-repository.js";
import { buildWarmImage, type WarmImage } from "./compose/warm-image.js";

const example = resolve("examples/compose");
const compose = readCompose(join(example, "compose.yaml"));
const PATIENCE = { timeout: 40_000, interval: 200 };

let sandbox: Sandbox;
let project: TemplateProject;
let warm: WarmImage;
let count = 0;
beforeAll(async () => {
  sandbox = await createSandbox();
  project = await writeTemplateProject(sandbox);
  warm = await buildWarmImage(join(example, "Dockerfile"), sandbox.id);
  await loadImage(sandbox.docker, `${sandbox.id}/warm:local`, warm.image);
  mkdirSync(join(sandbox.dir, "project"));
  writeFileSync(join(sandbox.dir, "warm.tokens"), `read:${"r".repeat(32)}\n`, { mode: 0o644 });
});
afterAll(() => sandbox.dispose());

interface Changes {
  /** Default: compose.yaml alone. */
  readonly file?: ComposeFile;
  readonly env?: Readonly<Record<string, string>>;
  readonly networkMode?: string;
}

/** The container of the compose file, with this test's project, image and Docker. */
async function create(yaml: string, changes: Changes = {}): Promise<Docker.Container> {
  const { file = compose, env, networkMode } = changes;
  writeFileSync(join(sandbox.dir, "project/warm.yaml"), yaml);
  const options = toContainer(file, {
    dir: sandbox.dir,
    env: { DOCKER_GID: String(statSync(sandbox.socketPath).gid), ...env },
    volumeName: (name) => `${sandbox.id}-${file === compose ? "" : "git-"}${name}`,
  });
  const { HostConfig = {}, Cmd = [], Healthcheck } = options;
  const docker = (bind: string) => bind.replace(/^\/var\/run\/docker\.sock:/, `${sandbox.socketPath}:`);
  const host = {
    ...HostConfig,
    Binds: [...(HostConfig.Binds ?? []).map(docker), ...warm.binds],
    ...(networkMode === undefined ? {} : { NetworkMode: networkMode }),
  };
  return sandbox.docker.createContainer({
    ...options,
    name: `${sandbox.id}-warm-${++count}`,
    Image: `${sandbox.id}/warm:local`,
    // Any free port, since tests run side by side; and looks that come sooner.
    Cmd: Cmd.map((one) => one.replace(/^(--listen=127\.0\.0\.1:)\d+$/, "$10")),
    Healthcheck: { ...Healthcheck, Interval: 5e8 } as Docker.HealthConfig,
    HostConfig: host,
  });
}

const healthOf = async (container: Docker.Container) => {
  const { State } = await container.inspect();
  return State.Health?.Status;
};
const logsOf = async (container: Docker.Container) =>
  String(await container.logs({ stdout: true, stderr: true }));
const untilHealthy = (container: Docker.Container) =>
  vi.waitFor(
    async () => expect(await healthOf(container), await logsOf(container)).toBe("healthy"),
    PATIENCE,
  );

async function run(container: Docker.Container, ...command: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, Tty: true });
  return text(await exec.start({ hijack: true, Tty: true }));
}

describe("warm in the container of the compose file", () => {
  let container: Docker.Container;
  it("makes its project warm and is healthy", async () => {
    container = await create(project.yaml);
    await container.start();
    await untilHealthy(container);
    const status = [
      "warm",
      "--file=/project/warm.yaml",
      "status",
      "--state-dir=/var/lib/warm",
      "--wait=ready",
    ];
    expect(await run(container, ...status)).toContain("All 5 resources in sync.");
    const template = await sandbox.docker.getContainer(project.container).inspect();
    expect(template.State.Running).toBe(true);
  });

  it("may write nothing but its state and /tmp, and gains no rights", async () => {
    const { HostConfig, Config } = await container.inspect();
    expect(Config.User).toBe("warm");
    expect(HostConfig.Privileged).toBe(false);
    const script = `
      const fs = require("fs");
      const can = (path) => { try { fs.writeFileSync(path, ""); return true; } catch (error) { return error.code; } };
      const status = fs.readFileSync("/proc/1/status", "utf8");
      const of = (name) => new RegExp("^" + name + ":\\\\s+(\\\\S+)", "m").exec(status)[1];
      console.log(JSON.stringify({
        writes: ["/x", "/opt/warm/x", "/project/x", "/run/secrets/x", "/tmp/x", "/var/lib/warm/x"].map(can),
        uid: process.getuid(), capabilities: of("CapBnd"), noNewPrivileges: of("NoNewPrivs"),
      }));`;
    const told = await run(container, "node", "-e", script);
    expect(JSON.parse(told.slice(told.indexOf("{"), told.lastIndexOf("}") + 1))).toEqual({
      writes: ["EROFS", "EROFS", "EROFS", "EROFS", true, true],
      uid: 10001,
      capabilities: "0000000000000000",
      noNewPrivileges: "1",
    });
  });

  it("ends in good order when it is stopped, and goes on where it was", async () => {
    await container.stop();
    const { State } = await container.inspect();
    expect([State.ExitCode, State.OOMKilled]).toEqual([0, false]);
    await container.remove();
    const next = await create(project.yaml);
    await next.start();
    await untilHealthy(next);
    await next.stop();
    await next.remove();
  });
});

describe("warm in the container of compose.git.yaml", () => {
  it("has its file out of a repository, with the git of its image", async () => {
    await using server = await serveRepository(sandbox.dir, { "warm.yaml": join(sandbox.dir, "warm.yaml") });
    for (const name of ["git.key", "git.known_hosts"]) writeFileSync(join(sandbox.dir, name), "");
    const file = joinCompose(compose, readCompose(join(example, "compose.git.yaml")));
    const container = await create(project.yaml, { file, env: { WARM_GIT_URL: server.url } });
    await container.start();
    await untilHealthy(container);
    await vi.waitFor(async () => expect(await logsOf(container)).toContain(server.commit), PATIENCE);
    await container.stop();
    expect((await container.inspect()).State.ExitCode).toBe(0);
    await container.remove();
  });
});

describe("warm in a container with a network of its own", () => {
  it("says at once that it reaches no port, and what to do", async () => {
    const changed = `${project.yaml}    env: { MODE: bridge }\n`;
    const container = await create(changed, { networkMode: "bridge" });
    await container.start();
    await vi.waitFor(
      async () => expect(await logsOf(container)).toContain("no way to its port 5550 from here"),
      PATIENCE,
    );
    expect(await logsOf(container)).toContain("network_mode: host");
    await container.stop();
    await container.remove();
  });

  it("asks containers at their addresses on the project's own network", async () => {
    const container = await create(`${project.yaml}    env: { MODE: network }\n`, {
      networkMode: project.network,
    });
    await container.start();
    await untilHealthy(container);
    const status = [
      "warm",
      "--file=/project/warm.yaml",
      "status",
      "--state-dir=/var/lib/warm",
      "--wait=ready",
    ];
    expect(await run(container, ...status)).toContain("All 5 resources in sync.");
    await container.stop();
    await container.remove();
  });
});

it("everything that the compose file mounts is told of in its README", () => {
  const readme = readFileSync(join(example, "README.md"), "utf8");
  const { volumes, secrets } = compose.services.warm;
  const sources = [
    ...volumes.map((one) => one.split(":")[0] ?? ""),
    ...secrets.map((one) => compose.secrets?.[one]?.file ?? ""),
  ];
  for (const source of sources) expect(readme).toContain(source.replace(/^\.\//, ""));
});
