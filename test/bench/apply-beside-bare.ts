import { writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { dockerOn } from "../rig/docker-client.js";
import { type BenchHost, type BenchProject, mainScript, writeBenchProject } from "./bench-project.js";
import type { Figure } from "./figure.js";
import { compare, timeProcess, toSeries } from "./measure.js";

const bareScript = resolve(import.meta.dirname, "bare-apply.mjs");

/** 12 images pulled 4 at a time, 16 templates seeded and started: against the same calls made by a bare script. */
export async function benchApply(host: BenchHost): Promise<Figure[]> {
  let run = 0;
  const [templates, images] = host.isQuick ? [2, 1] : [16, 6];
  const inOwnProject = async (name: string, work: (project: BenchProject) => Promise<number>) => {
    run += 1;
    const project = await writeBenchProject(host, `${name}${run}`, { templates, images });
    const ms = await work(project);
    await removeAll(host, project);
    return ms;
  };
  const times = await compare(host.isQuick ? 1 : 5, {
    warm: () =>
      inOwnProject("ours", ({ env, dir }) => timeProcess([mainScript, "apply", "--auto-approve"], env, dir)),
    "bare script": () =>
      inOwnProject("bare", (project) => {
        const file = join(project.dir, "project.json");
        writeFileSync(file, JSON.stringify(project));
        return timeProcess([bareScript, file], project.env, project.dir);
      }),
  });
  return [
    {
      id: `apply.bare-host.${templates}`,
      name: `apply of ${images * 2} images and ${templates} containers, whole process`,
      ...{ unit: "ms", better: "lower", series: toSeries(times) },
      bars: [{ against: "bare script", atMost: 1.15 }],
    },
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
