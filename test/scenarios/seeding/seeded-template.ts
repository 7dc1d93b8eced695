import { text } from "node:stream/consumers";
import { expect } from "vitest";
import type { Sandbox } from "../../rig/sandbox.js";
import type { TemplateProject } from "../templates/template-project.js";

/** Runs `sh -c` in a container. */
export async function shellIn(
  { docker }: Sandbox,
  container: string,
  command: string,
): Promise<{ code: number | null; output: string }> {
  const exec = await docker
    .getContainer(container)
    .exec({ Cmd: ["sh", "-c", command], AttachStdout: true, AttachStderr: true, Tty: true });
  const output = await text(await exec.start({ Tty: true }));
  return { code: (await exec.inspect()).ExitCode, output };
}

/** Tags that say that a volume of this template was filled whole. */
export async function proofTags({ docker }: Sandbox, { id }: Pick<TemplateProject, "id">): Promise<string[]> {
  const filters = { reference: [`warm-seeded:${id.replaceAll("-", "")}-*`] };
  const images = await docker.listImages({ filters });
  return images.flatMap(({ RepoTags }) => RepoTags ?? []).filter((tag) => tag.startsWith("warm-seeded:"));
}

/** Names of all containers and volumes of the project, sorted. */
export async function ownedNames({ docker, project }: Sandbox): Promise<string[]> {
  const filters = { label: [`warm.project=${project}`] };
  const containers = await docker.listContainers({ all: true, filters });
  const { Volumes: volumes } = await docker.listVolumes({ filters });
  const names = [...containers.map(({ Names }) => Names[0] ?? ""), ...volumes.map(({ Name }) => Name)];
  return names.map((name) => name.replace(/^\//, "")).sort();
}

/** The template serves all that its blob carried, and its volume is proven. */
export async function expectServing(sandbox: Sandbox, project: TemplateProject): Promise<void> {
  const check = "cd /workspace/cyanprint && sha256sum -c manifest.sha256";
  const { code, output } = await shellIn(sandbox, project.container, check);
  expect(code, output).toBe(0);
  expect(await proofTags(sandbox, project)).toHaveLength(1);
}

/** Each template serves, nothing of the way there is left, and nothing is to be done. */
export async function expectWarm(sandbox: Sandbox, ...projects: readonly TemplateProject[]): Promise<void> {
  for (const project of projects) await expectServing(sandbox, project);
  const names = projects.flatMap(({ container, volume }) => [container, volume]);
  expect(await ownedNames(sandbox)).toEqual(names.sort());
  expect((await sandbox.call(["plan"])).stdout).toContain("No changes.");
}

/** What `docker container prune` does, kept to the project's own so that other tests keep theirs. */
export async function pruneContainers({ docker, project }: Sandbox): Promise<void> {
  await docker.pruneContainers({ filters: { label: [`warm.project=${project}`] } });
}

/** Applies and expects it to end well. */
export async function apply(sandbox: Sandbox, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await sandbox.call(["apply", "--auto-approve", ...args]);
  expect(code, stdout + stderr).toBe(0);
  return stdout + stderr;
}

/** Takes the lock of a command that was killed. */
export async function breakLock(sandbox: Sandbox): Promise<void> {
  const { code, stderr } = await sandbox.call(["lock", "break", "--force"]);
  expect(code, stderr).toBe(0);
}
