import type { HostFacts, Observed } from "../../model/observed.js";
import type { Desired } from "../../model/resource.js";
import type { Host } from "../connection/connect.js";
import type { Transport } from "../connection/endpoint.js";
import { asRecord, asString } from "../connection/shape.js";
import { observeLimits } from "./observe-limits.js";
import { readContainerList, readImageList, readNetworkList, readVolumeList } from "./read-lists.js";
import { askRegistryDigests, type FindCredentials } from "./registry-digest.js";

export interface ObserveSettings {
  /** What is wanted: decides only which limits are read and which tags the registry is asked for. */
  readonly desired: Desired;
  readonly findCredentials: FindCredentials;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * Reads one whole snapshot: five lists side by side, however many resources there are. If one of them fails,
 * there is no snapshot.
 * @throws WarmError of the docker edge; never returns a partial answer.
 */
export async function observeHost(host: Host, settings: ObserveSettings): Promise<Observed> {
  const { reader } = host;
  const { cancel, desired } = settings;
  const [info, images, networks, volumes, containers] = await Promise.all([
    reader.getJson("read the host's facts", "/info", { cancel }),
    reader.getJson("list images", "/images/json", { cancel }).then(readImageList),
    reader.getJson("list networks", "/networks", { cancel }).then(readNetworkList),
    reader.getJson("list volumes", "/volumes", { cancel }).then(readVolumeList),
    reader
      .getJson("list containers", "/containers/json", { query: { all: "1" }, cancel })
      .then(readContainerList),
  ]);
  const { ID, OperatingSystem } = asRecord(info, "info");
  const facts: HostFacts = { id: asString(ID, "info.ID"), ...host.facts };
  return {
    host: facts,
    reach: findReach(host.connection.endpoint.transport, String(OperatingSystem)),
    images,
    networks,
    volumes,
    containers: await observeLimits(host, desired, containers, cancel),
    registryDigests: await askRegistryDigests(host, desired, settings.findCredentials, cancel),
  };
}

/** Docker Desktop's containers live in a virtual machine: their addresses are not ours to reach. */
function findReach(transport: Transport, operatingSystem: string): Observed["reach"] {
  const isHere = transport.kind === "unix" || (transport.kind !== "ssh" && isLoopback(transport.host));
  const isShared = process.platform === "linux" && !operatingSystem.includes("Docker Desktop");
  return isHere && isShared ? "address" : "published";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
