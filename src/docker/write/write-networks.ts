import type { DockerodeCalls } from "./dockerode-calls.js";

/** Everything that warm does to a network. Networks are told apart by ID: Docker allows two of one name. */
export interface NetworkWriter {
  /** @returns the new ID. */
  create(name: string, driver: string, labels: Record<string, string>): Promise<string>;
  /** Also fine when it is gone. */
  remove(id: string): Promise<void>;
  /** Also fine when the container is on it already. */
  connect(id: string, containerId: string): Promise<void>;
  /** Also fine when the network is gone or the container is not on it. */
  disconnect(id: string, containerId: string): Promise<void>;
}

export function createNetworkWriter({ call }: DockerodeCalls): NetworkWriter {
  return {
    create: (name, driver, labels) =>
      call(`create network ${name}`, async (docker, abortSignal) => {
        const options = { Name: name, Driver: driver, Labels: labels, CheckDuplicate: true, abortSignal };
        const network = await docker.createNetwork(options);
        return network.id;
      }),
    remove: (id) =>
      call("remove a network", (docker, abortSignal) => docker.getNetwork(id).remove({ abortSignal }), {
        fine: [404],
      }),
    async connect(id, containerId) {
      try {
        await call("connect a container to its network", (docker) =>
          docker.getNetwork(id).connect({ Container: containerId }),
        );
      } catch (error) {
        if (!/already exists in network|already attached/.test((error as Error).message)) throw error;
      }
    },
    async disconnect(id, containerId) {
      try {
        await call(
          "disconnect a container from a network",
          (docker) => docker.getNetwork(id).disconnect({ Container: containerId, Force: true }),
          { fine: [404] },
        );
      } catch (error) {
        if (!/is not connected/.test((error as Error).message)) throw error;
      }
    },
  };
}
