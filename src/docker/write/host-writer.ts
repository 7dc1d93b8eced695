import type { Host } from "../connection/connect.js";
import type { FindCredentials } from "../connection/credentials.js";
import { createDockerodeCalls } from "./dockerode-calls.js";
import { type ContainerWriter, createContainerWriter } from "./write-containers.js";
import { createImageWriter, type ImageWriter } from "./write-images.js";
import { createNetworkWriter, type NetworkWriter } from "./write-networks.js";
import { createVolumeWriter, type VolumeWriter } from "./write-volumes.js";

/** All that applying may do to a host. dockerode stops behind this interface. */
export interface HostWriter {
  readonly containers: ContainerWriter;
  readonly images: ImageWriter;
  readonly networks: NetworkWriter;
  readonly volumes: VolumeWriter;
}

export function createWriter(host: Host, findCredentials: FindCredentials): HostWriter {
  const calls = createDockerodeCalls(host);
  return {
    containers: createContainerWriter(calls),
    images: createImageWriter(calls, findCredentials),
    networks: createNetworkWriter(calls),
    volumes: createVolumeWriter(calls),
  };
}
