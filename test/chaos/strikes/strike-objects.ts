import type { Sandbox } from "../../rig/sandbox.js";
import { proofTags } from "../../scenarios/seeding/seeded-template.js";
import type { Fault } from "../fault.js";
import { nth, type Struck } from "./strike.js";

type ObjectFault = Extract<Fault, { kind: "session volume" | "network" | "image" | "proof" }>;

export async function strikeObjects(fault: ObjectFault, { sandbox, project }: Struck): Promise<void> {
  const { docker } = sandbox;
  switch (fault.kind) {
    case "session volume":
      await docker.getVolume(nth(project.sessionVolumes, fault.index) ?? "").remove();
      return;
    case "network":
      return removeNetwork(sandbox);
    case "image": {
      const image = nth(project.images, fault.index) ?? "";
      if (fault.blow === "untag") await docker.getImage(image).remove({ force: true });
      else await retag(sandbox, ...(nth(project.twins, fault.index) ?? ["", ""]));
      return;
    }
    case "proof": {
      const template = nth(project.templates, fault.index);
      if (template === undefined) return;
      for (const tag of await proofTags(sandbox, template)) await docker.getImage(tag).remove();
      return;
    }
    default:
      return fault satisfies never;
  }
}

async function removeNetwork({ docker, network: name }: Sandbox): Promise<void> {
  const network = docker.getNetwork(name);
  const { Containers = {} } = (await network.inspect()) as { Containers?: Record<string, unknown> };
  for (const Container of Object.keys(Containers)) await network.disconnect({ Container, Force: true });
  await network.remove();
}

/** The reference names another image from now on, as after somebody's own build. */
async function retag({ docker }: Sandbox, reference: string, from: string): Promise<void> {
  const colon = reference.lastIndexOf(":");
  await docker.getImage(from).tag({ repo: reference.slice(0, colon), tag: reference.slice(colon + 1) });
}
