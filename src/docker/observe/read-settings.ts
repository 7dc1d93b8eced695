import type { HostReader } from "../connection/host-reader.js";
import { asRecord, asString, asStringMap } from "../connection/shape.js";
import type { ContainerSettings } from "../write/write-containers.js";

/** Of `Config`: what it runs, as whom, where, and how it is spoken to. Its name on the network is its own. */
const CONFIG = [
  "Cmd",
  "Entrypoint",
  "Env",
  "User",
  "WorkingDir",
  "StopSignal",
  "Tty",
  "OpenStdin",
  "StdinOnce",
];
/** Of `HostConfig`: mounts come by `VolumesFrom`, and two containers cannot have one published port. */
const NOT_COPIED = [
  "Binds",
  "Mounts",
  "VolumesFrom",
  "PortBindings",
  "PublishAllPorts",
  "AutoRemove",
  "ContainerIDFile",
];

/**
 * Settings that make another container like this one: the same image, command, user, limits, network and log, and its
 * volumes, all but its files.
 * @throws WarmError of the docker edge, `not-found` when it is gone
 */
export async function readSettings(reader: HostReader, id: string): Promise<ContainerSettings> {
  const answer = await reader.getJson("inspect a container", `/containers/${id}/json`);
  const container = asRecord(answer, "container");
  const config = asRecord(container.Config, "container.Config");
  const hostConfig = Object.entries(asRecord(container.HostConfig, "container.HostConfig"));
  return {
    ...Object.fromEntries(CONFIG.map((key) => [key, config[key]])),
    Image: asString(container.Image, "container.Image"),
    HostConfig: {
      ...Object.fromEntries(hostConfig.filter(([key]) => !NOT_COPIED.includes(key))),
      ...networkOf(container),
      RestartPolicy: { Name: "" },
      VolumesFrom: [id],
    },
  };
}

/** By its ID: there may be two networks of one name. */
function networkOf(container: Record<string, unknown>): { NetworkMode?: string } {
  const settings = asRecord(container.NetworkSettings, "container.NetworkSettings");
  const [network] = Object.values(asRecord(settings.Networks ?? {}, "NetworkSettings.Networks"));
  const id = network === undefined ? "" : asRecord(network, "NetworkSettings.Networks").NetworkID;
  return typeof id === "string" && id !== "" ? { NetworkMode: id } : {};
}

/** The container's variables, by name. */
export function variablesOf({ Env }: ContainerSettings): Record<string, string> {
  const pairs = (Env ?? []).map((text) => {
    const at = text.indexOf("=");
    return at === -1 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
  });
  return asStringMap(Object.fromEntries(pairs), "Config.Env");
}
