import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { type TemplateProject, writeTemplateProject } from "./template-project.js";

describe("a template on a host that has nothing of it", () => {
  let sandbox: Sandbox;
  let project: TemplateProject;
  beforeAll(async () => {
    sandbox = await createSandbox();
    project = await writeTemplateProject(sandbox, {
      lines: ["resources: { memory: 64MiB, cpus: 0.5, pids: 64 }"],
    });
  });
  afterAll(() => sandbox.dispose());

  it("is planned in full, in the order in which it will be made", async () => {
    const { code, stdout } = await sandbox.warm(["plan"]);
    expect(code).toBe(0);
    const addresses = stdout.split("\n").flatMap((line) => /^ {2}\+ (\S+)/.exec(line)?.[1] ?? []);
    expect(addresses).toEqual([
      `network.${project.network}`,
      ...[`image.${project.image}`, `image.${project.blob}`].sort(),
      `volume.${project.volume}`,
      `container.${project.container}`,
    ]);
    expect(stdout).toMatch(/Plan: 5 to create, 0 to replace, 0 to delete, 0 unchanged\.\n$/);
    expect((await sandbox.warm(["plan", "--detailed-exitcode"])).code).toBe(2);
  });

  it("is made by apply, and then there is nothing left to plan", async () => {
    const applied = await sandbox.warm(["apply", "--auto-approve"]);
    expect(applied, applied.stderr).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain("Applied: 5 done.");

    const second = await sandbox.warm(["plan", "--detailed-exitcode"]);
    expect(second.stdout).toBe("No changes. 5 resources match warm.yaml.\n");
    expect(second.code).toBe(0);
  });

  it("serves what its blob carried, from a volume that it cannot write to", async () => {
    const container = sandbox.docker.getContainer(project.container);
    const { Mounts, HostConfig, Config } = await container.inspect();
    expect(Mounts).toMatchObject([{ Name: project.volume, Destination: "/workspace/cyanprint", RW: false }]);
    expect(HostConfig).toMatchObject({
      Memory: 64 * 2 ** 20,
      MemorySwap: 64 * 2 ** 20,
      NanoCpus: 5e8,
      PidsLimit: 64,
    });
    expect(Config.Labels).toMatchObject({ "warm.project": sandbox.project, "cyanprint.dev": "true" });
    const exec = await container.exec({
      Cmd: [
        "sh",
        "-c",
        "cd /workspace/cyanprint && sha256sum -c manifest.sha256 >/dev/null && touch x; echo $?",
      ],
      AttachStdout: true,
    });
    const stream = await exec.start({});
    let output = "";
    for await (const chunk of stream) output += chunk.toString();
    expect(output).toMatch(/1\s*$/);
  });
});
