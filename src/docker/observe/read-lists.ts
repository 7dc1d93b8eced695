import { canonicalImageKey } from "../../model/image-ref.js";
import type {
  ContainerState,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from "../../model/observed.js";
import { asArray, asOptionalArray, asRecord, asString, asStringMap, asText } from "../connection/shape.js";

/** `GET /images/json` */
export function readImageList(answer: unknown): ObservedImage[] {
  return asArray(answer, "image list").map((item) => {
    const image = asRecord(item, "image");
    const names = [
      ...asOptionalArray(image.RepoTags, "image.RepoTags"),
      ...asOptionalArray(image.RepoDigests, "image.RepoDigests"),
    ];
    const keys = names.filter(
      (name): name is string => typeof name === "string" && !name.startsWith("<none>"),
    );
    return { id: asString(image.Id, "image.Id"), keys: keys.map(canonicalImageKey) };
  });
}

/** `GET /networks`, by ID: Docker tells them in another order each time. */
export function readNetworkList(answer: unknown): ObservedNetwork[] {
  const networks = asArray(answer, "network list").map((item) => {
    const network = asRecord(item, "network");
    return {
      id: asString(network.Id, "network.Id"),
      name: asString(network.Name, "network.Name"),
      driver: asString(network.Driver, "network.Driver"),
      labels: asStringMap(network.Labels, "network.Labels"),
    };
  });
  return networks.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** `GET /volumes`, by name: Docker tells them in another order each time. */
export function readVolumeList(answer: unknown): ObservedVolume[] {
  const list = asRecord(answer, "volume list");
  const volumes = asOptionalArray(list.Volumes, "volume list.Volumes").map((item) => {
    const volume = asRecord(item, "volume");
    return {
      name: asString(volume.Name, "volume.Name"),
      driver: asString(volume.Driver, "volume.Driver"),
      createdAt: typeof volume.CreatedAt === "string" ? volume.CreatedAt : "",
      labels: asStringMap(volume.Labels, "volume.Labels"),
    };
  });
  return volumes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

const STATES: readonly string[] = [
  "created",
  "running",
  "paused",
  "restarting",
  "removing",
  "exited",
  "dead",
];

/** `GET /containers/json?all=1` */
export function readContainerList(answer: unknown): ObservedContainer[] {
  return asArray(answer, "container list").map((item) => {
    const container = asRecord(item, "container");
    const state = asString(container.State, "container.State").toLowerCase();
    return {
      id: asString(container.Id, "container.Id"),
      name: readName(container.Names),
      imageId: asString(container.ImageID, "container.ImageID"),
      createdAtMs: typeof container.Created === "number" ? container.Created * 1000 : 0,
      state: (STATES.includes(state) ? state : "exited") as ContainerState,
      health: state === "running" ? readHealth(asString(container.Status, "container.Status")) : undefined,
      labels: asStringMap(container.Labels, "container.Labels"),
      networks: readNetworks(container.NetworkSettings),
      volumes: readVolumes(container.Mounts),
    };
  });
}

/** Legacy links add names such as `/other/alias`: the own name has no second slash. */
function readName(value: unknown): string {
  const names = asOptionalArray(value, "container.Names").map((name) =>
    asString(name, "container.Names").replace(/^\//, ""),
  );
  return names.find((name) => !name.includes("/")) ?? names[0] ?? "";
}

/** The list carries health only as text: `Up 3 seconds (health: starting)`. */
function readHealth(status: string): ObservedContainer["health"] {
  if (status.includes("(healthy)")) return "healthy";
  if (status.includes("(unhealthy)")) return "unhealthy";
  return status.includes("(health: starting)") ? "starting" : undefined;
}

function readNetworks(value: unknown): ObservedContainer["networks"] {
  if (value === null || value === undefined) return [];
  const networks = asRecord(value, "container.NetworkSettings").Networks;
  return Object.entries(asRecord(networks ?? {}, "container.NetworkSettings.Networks")).map(
    ([name, settings]) => {
      const { NetworkID, IPAddress } = asRecord(settings ?? {}, `container.NetworkSettings.Networks.${name}`);
      return { name, id: asText(NetworkID), address: asText(IPAddress) };
    },
  );
}

function readVolumes(value: unknown): string[] {
  return asOptionalArray(value, "container.Mounts").flatMap((item) => {
    const mount = asRecord(item, "container.Mounts");
    return mount.Type === "volume" && typeof mount.Name === "string" ? [mount.Name] : [];
  });
}
