import type Docker from "dockerode";
import pLimit from "p-limit";
import type { Fleet } from "./fleet.js";

const AT_ONCE = 8;

/** One container of a fleet, by the variable UNIT that every tool gives it. */
export interface Unit {
  readonly id: string;
  readonly isRunning: boolean;
  readonly value: string;
}

/** What stands of a fleet on the host, whoever made it: all containers with names of its project. */
export async function readUnits(docker: Docker, { project }: Fleet): Promise<Map<string, Unit>> {
  const limit = pLimit(AT_ONCE);
  const ids = await listIds(docker, project);
  const found = await Promise.all(
    ids.map((id) =>
      limit(async () => {
        const { Config, State } = await docker.getContainer(id).inspect();
        const read = (name: string) =>
          Config.Env.find((line) => line.startsWith(`${name}=`))?.slice(name.length + 1);
        const unit = { id, isRunning: State.Running, value: read("VALUE") ?? "" };
        return [read("UNIT") ?? id, unit] as const;
      }),
    ),
  );
  return new Map(found);
}

/** Takes away containers and network; the image stays. */
export async function removeFleet(docker: Docker, { project }: Fleet): Promise<void> {
  const limit = pLimit(AT_ONCE);
  const ids = await listIds(docker, project);
  await Promise.all(ids.map((id) => limit(() => docker.getContainer(id).remove({ force: true, v: true }))));
  for (const { Id, Name } of await docker.listNetworks())
    if (Name === project) await docker.getNetwork(Id).remove();
}

async function listIds(docker: Docker, project: string): Promise<string[]> {
  const containers = await docker.listContainers({ all: true });
  const isOfFleet = (name: string) => name.startsWith(`/${project}-`) || name.startsWith(`/${project}_`);
  return containers.filter(({ Names }) => Names.some(isOfFleet)).map(({ Id }) => Id);
}
