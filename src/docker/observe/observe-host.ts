import type { Observed } from "../../model/observed.js";
import type { Desired } from "../../model/resource.js";
import type { Host } from "../connection/connect.js";
import type { FindCredentials } from "../connection/credentials.js";
import type { Transport } from "../connection/endpoint.js";
import { asOptionalArray, asRecord, asString, asText } from "../connection/shape.js";
import type { HostMemory } from "./host-memory.js";
import { narrowReach } from "./narrow-reach.js";
import { observeEveryLimit, observeLimits } from "./observe-limits.js";
import { readContainerList, readImageList, readNetworkList, readVolumeList } from "./read-lists.js";
import type { askRegistryDigests as AskRegistryDigests } from "./registry-digest.js";

export interface ObserveSettings {
  /** What is wanted: decides only which limits are read and which tags the registry is asked for. */
  readonly desired: Desired;
  readonly findCredentials: FindCredentials;
  readonly cancel?: AbortSignal | undefined;
  /** Every limit of ours is read, and exactly: another file may ask for limits where this one does not. */
  readonly isForAnyFile?: boolean;
  /** An earlier snapshot of the same daemon: its ID and its reach are not asked for again. */
  readonly sameHostAs?: Pick<Observed, "host" | "reach"> | undefined;
  readonly memory?: HostMemory | undefined;
  /** What the registry said lately; default asks it now. */
  readonly registryDigests?: Observed["registryDigests"] | undefined;
}

/**
 * Reads one whole snapshot: five lists side by side, however many resources there are. If one of them fails,
 * there is no snapshot.
 * @throws WarmError of the docker edge; never returns a partial answer.
 */
export async function observeHost(host: Host, settings: ObserveSettings): Promise<Observed> {
  const { reader } = host;
  const { cancel, desired, sameHostAs, memory } = settings;
  const list = async <T extends object>(
    what: string,
    path: string,
    read: (answer: unknown) => T,
    query?: Readonly<Record<string, string>>,
  ): Promise<T> => {
    const answer = await reader.getJson(what, path, { cancel, query, answers: memory?.answers });
    return memory === undefined ? read(answer) : memory.reading(path, answer, read);
  };
  const [{ id, reach }, images, networks, volumes, containers] = await Promise.all([
    sameHostAs === undefined
      ? readIdentity(host, cancel)
      : { id: sameHostAs.host.id, reach: sameHostAs.reach },
    list("list images", "/images/json", readImageList),
    list("list networks", "/networks", readNetworkList),
    list("list volumes", "/volumes", readVolumeList),
    list("list containers", "/containers/json", readContainerList, { all: "1" }),
  ]);
  return {
    host: { id, ...host.facts },
    observedAt: new Date(Date.now() + reader.clockOffsetMs()).toISOString(),
    // What it was stays: who is put on another network starts warm anew.
    reach: sameHostAs === undefined ? narrowReach(reach, desired, containers) : reach,
    images,
    networks,
    volumes,
    containers:
      settings.isForAnyFile === true
        ? await observeEveryLimit(host, desired.project, containers, cancel)
        : await observeLimits(host, desired, containers, cancel, memory),
    registryDigests:
      settings.registryDigests ?? (await askRegistry(host, desired, settings.findCredentials, cancel)),
  };
}

/** Loaded only by the few who ask. */
async function askRegistry(
  ...asked: Parameters<typeof AskRegistryDigests>
): Promise<Observed["registryDigests"]> {
  const [, desired] = asked;
  if (desired.pull.policy !== "always") return {};
  const { askRegistryDigests } = await import("./registry-digest.js");
  return askRegistryDigests(...asked);
}

/** What a daemon is, which it stays: the one call here that costs it some work. */
async function readIdentity(
  host: Host,
  cancel: AbortSignal | undefined,
): Promise<{ readonly id: string; readonly reach: Observed["reach"] }> {
  const info = await host.reader.getJson("read the host's facts", "/info", { cancel });
  const { ID, OperatingSystem, SecurityOptions } = asRecord(info, "info");
  const isRootless = asOptionalArray(SecurityOptions, "info.SecurityOptions").some((option) =>
    asText(option).split(",").includes("name=rootless"),
  );
  const isShared = !isRootless && !asText(OperatingSystem).includes("Docker Desktop");
  return { id: asString(ID, "info.ID"), reach: findReach(host.connection.endpoint.transport, isShared) };
}

/**
 * @param isShared whether the daemon's containers are on its machine's own network: those of Docker Desktop live in
 * a virtual machine, those of rootless Docker in a network namespace
 */
export function findReach(transport: Transport, isShared: boolean): Observed["reach"] {
  const isHere = transport.kind === "unix" || (transport.kind !== "ssh" && isLoopback(transport.host));
  if (!isHere) return "none";
  return isShared && process.platform === "linux" ? "address" : "published";
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}
