import type { ContainerCreateOptions } from "dockerode";
import { connectHost, type Host } from "../../src/docker/connection/connect.js";
import { parseEndpoint } from "../../src/docker/connection/parse-endpoint.js";
import type { Sandbox } from "../rig/sandbox.js";

export function connectTo(sandbox: Sandbox): Promise<Host> {
  return connectHost(parseEndpoint(`unix://${sandbox.socketPath}`, "test", () => undefined));
}

/** Makes and starts a container of the sandbox. @returns its ID */
export async function runContainer(
  { docker, id, network }: Sandbox,
  image: string,
  settings: ContainerCreateOptions = {},
): Promise<string> {
  await docker.createNetwork({ Name: network, CheckDuplicate: true }).catch(() => undefined);
  const name = `${id}-${Math.random().toString(36).slice(2)}`;
  const container = await docker.createContainer({
    Image: image,
    name,
    ...settings,
    HostConfig: { NetworkMode: network, ...settings.HostConfig },
  });
  await container.start();
  return container.id;
}
