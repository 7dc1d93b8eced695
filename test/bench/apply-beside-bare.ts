import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dockerOn } from "../rig/docker-client.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import { compare, type Measurement, timeProcess } from "./measure.js";

const RUNS = 5;
const bareScript = resolve(import.meta.dirname, "bare-apply.mjs");

/** 12 images pulled 4 at a time, 16 templates seeded and started: against the same calls made by a bare script. */
export async function benchApply(host: BenchHost): Promise<Measurement[]> {
  let run = 0;
  const times = await compare(
    RUNS,
    async () => {
      const project = await writeBenchProject(host, `ours${run}`, { templates: 16, images: 6 });
      const ms = await timeProcess([mainScript, "apply", "--auto-approve"], project.env, project.dir);
      await removeAll(host, project);
      return ms;
    },
    async () => {
      run += 1;
      const project = await writeBenchProject(host, `bare${run}`, { templates: 16, images: 6 });
      const file = join(project.dir, "project.json");
      writeFileSync(file, JSON.stringify(project));
      const ms = await timeProcess([bareScript, file], project.env, project.dir);
      await removeAll(host, project);
      return ms;
    },
  );
  return [
    { name: "apply of 12 images and 16 containers, whole process", ...times, unit: "ms", maxRatio: 1.15 },
  ];
}

/** Every run starts from a host that has nothing of it. */
async function removeAll({ socketPath }: BenchHost, { name }: BenchProject): Promise<void> {
  const docker = dockerOn(socketPath);
  const containers = await docker.listContainers({ all: true });
  const ours = containers.filter(({ Names }) => Names.some((known) => known.startsWith(`/${name}-`)));
  await Promise.all(ours.map(({ Id }) => docker.getContainer(Id).remove({ force: true, v: true })));
  const { Volumes } = await docker.listVolumes();
  for (const { Name } of Volumes.filter((volume) => volume.Name.startsWith(`${name}-`)))
    await docker.getVolume(Name).remove();
  for (const { Id, Name } of await docker.listNetworks())
    if (Name === name) await docker.getNetwork(Id).remove();
  for (const { RepoTags } of await docker.listImages()) {
    for (const tag of RepoTags ?? []) {
      if (tag.includes(`/${name}/`) || /^(warm|bare)-seeded:/.test(tag))
        await docker.getImage(tag).remove({ force: true });
    }
  }
}
