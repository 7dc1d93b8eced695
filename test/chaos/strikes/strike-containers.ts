import type Docker from "dockerode";
import type { Sandbox } from "../../rig/sandbox.js";
import { listEngines } from "../../scenarios/pools/engine-project.js";
import { pruneContainers } from "../../scenarios/seeding/seeded-template.js";
import type { EngineBlow, Fault, TemplateBlow } from "../fault.js";
import { nth, type Struck } from "./strike.js";

type ContainerFault = Extract<Fault, { kind: "template" | "engine" | "seeder" | "prune" }>;

const MEMORY = 96 * 2 ** 20;

export async function strikeContainers(fault: ContainerFault, { sandbox, project }: Struck): Promise<void> {
  switch (fault.kind) {
    case "template": {
      const template = nth(project.templates, fault.index);
      if (template !== undefined)
        await hit(sandbox, template.container, fault.blow, () =>
          sandbox.docker.getVolume(template.volume).remove(),
        );
      return;
    }
    case "engine": {
      const engine = nth(await listEngines(sandbox), fault.index);
      if (engine !== undefined) await hit(sandbox, engine.id, fault.blow);
      return;
    }
    case "seeder":
      return killSeeders(sandbox);
    case "prune":
      return pruneContainers(sandbox);
    default:
      return fault satisfies never;
  }
}

async function hit(
  { docker, network, id }: Sandbox,
  target: string,
  blow: TemplateBlow | EngineBlow,
  removeVolume: () => Promise<unknown> = async () => undefined,
): Promise<void> {
  const container: Docker.Container = docker.getContainer(target);
  switch (blow) {
    case "kill":
      return void (await container.kill());
    case "stop":
      return void (await container.stop({ t: 1 }));
    case "pause":
      return void (await container.pause());
    case "remove":
      return void (await container.remove({ force: true }));
    case "rename":
      return void (await container.rename({ name: `${id}-moved-${target.slice(-8)}` }));
    case "update memory":
      return void (await container.update({ Memory: MEMORY, MemorySwap: MEMORY }));
    case "disconnect":
      return void (await docker.getNetwork(network).disconnect({ Container: target, Force: true }));
    case "remove with volume":
      await container.remove({ force: true });
      return void (await removeVolume());
    default:
      return blow satisfies never;
  }
}

async function killSeeders({ docker, prefix }: Sandbox): Promise<void> {
  const filters = { name: [`${prefix}-volume-`] };
  const seeders = await docker.listContainers({ filters });
  await Promise.all(seeders.map(({ Id }) => docker.getContainer(Id).kill()));
}
