import { canonicalJson } from "../../src/model/canonical.js";
import { identityLabels, LABEL } from "../../src/model/labels.js";
import {
  seederName,
  sessionVolumeName,
  templateContainerName,
  templateVolumeName,
} from "../../src/model/names.js";
import type {
  Observed,
  ObservedContainer,
  ObservedImage,
  ObservedNetwork,
  ObservedVolume,
} from "../../src/model/observed.js";
import type {
  ContainerResource,
  Desired,
  ImageResource,
  NetworkResource,
  Resource,
  ResourceLimits,
  SessionVolume,
  TemplateVolume,
  VolumeResource,
} from "../../src/model/resource.js";
import { seedProof } from "../../src/model/seed-proof.js";
import {
  containerSpec,
  containerSpecHash,
  networkSpecHash,
  volumeSpec,
  volumeSpecHash,
} from "../../src/model/spec.js";
import { madeEngines } from "./engine-builders.js";

export interface TemplateParts {
  readonly image?: string;
  readonly blob?: string;
  readonly mount?: string;
  readonly port?: number;
  readonly env?: ContainerResource["env"];
  readonly limits?: ResourceLimits;
  readonly lines?: Readonly<Record<string, number>>;
}

export interface SessionParts {
  /** The template's id; `a` by default. */
  readonly template?: string;
  readonly images?: readonly string[];
  /** Never by default. */
  readonly ttlMs?: number;
  readonly isForgotten?: boolean;
}

export interface DesiredParts extends Partial<Omit<Desired, "resources">> {
  readonly network?: string;
  readonly templates?: Readonly<Record<string, TemplateParts>>;
  readonly sessions?: Readonly<Record<string, SessionParts>>;
}

/** What a file with these templates wants, by template id; one template `a` by default. */
export function buildDesired(parts: DesiredParts = {}): Desired {
  const {
    network = "net",
    prefix = "cyan",
    templates = { a: {} },
    sessions = {},
    pools = [],
    ...rest
  } = parts;
  const resources = [
    ...Object.entries(templates).flatMap(([tid, template]) => buildTemplate(prefix, tid, network, template)),
    ...Object.entries(sessions).flatMap(([id, session]) => buildSession(prefix, id, session)),
    ...pools.map((pool) => buildImage(pool.image.slice("image.".length))),
  ];
  const byAddress = new Map(
    [buildNetwork(network), ...resources].map((resource) => [resource.address, resource]),
  );
  return {
    project: "demo",
    prefix,
    prune: "safe",
    pull: { concurrency: 4, policy: "missing", retries: 3, idleTimeoutMs: 120_000 },
    resources: [...byAddress.values()],
    pools,
    data: { dir: "/srv/data", maxBytes: undefined },
    ...rest,
  };
}

function buildNetwork(name: string): NetworkResource {
  return { kind: "network", address: `network.${name}`, name, dependsOn: [], lines: {}, driver: "bridge" };
}

function buildImage(name: string): ImageResource {
  return { kind: "image", address: `image.${name}`, name, dependsOn: [], lines: {}, lookup: name };
}

function buildTemplate(prefix: string, tid: string, network: string, parts: TemplateParts): Resource[] {
  const { image = `img-${tid}:1`, blob = `blob-${tid}:1`, mount = "/data", env = {}, limits = {} } = parts;
  const { port = 5550 } = parts;
  const names = { volume: templateVolumeName(prefix, tid), container: templateContainerName(prefix, tid) };
  const volume: TemplateVolume = {
    kind: "volume",
    role: "template",
    address: `volume.${names.volume}`,
    name: names.volume,
    dependsOn: [`image.${blob}`],
    lines: {},
    tid,
    blob: `image.${blob}`,
    mount,
    seeder: seederName(prefix, tid),
  };
  const container: ContainerResource = {
    kind: "container",
    address: `container.${names.container}`,
    name: names.container,
    dependsOn: [`network.${network}`, `image.${image}`, volume.address],
    lines: parts.lines ?? {},
    tid,
    image: `image.${image}`,
    network: `network.${network}`,
    volume: volume.address,
    mount,
    port,
    env,
    limits,
    health: { type: "http", path: "/", intervalMs: 1000, timeoutMs: 60_000 },
  };
  return [buildImage(image), buildImage(blob), volume, container];
}

function buildSession(prefix: string, session: string, parts: SessionParts): Resource[] {
  const { template = "a", images = [], ttlMs, isForgotten = false } = parts;
  const name = sessionVolumeName(prefix, template, session);
  const volume: SessionVolume = {
    kind: "volume",
    role: "session",
    address: `volume.${name}`,
    name,
    dependsOn: [],
    lines: {},
    session,
    tid: template,
    ttlMs,
    isForgotten,
  };
  return [...images.map(buildImage), volume];
}

export const HOUR_MS = 3_600_000;
/** When the objects of the builders were made, and when a host is looked at: three hours later. */
const createdAt = "2026-01-01T00:00:00Z";
const observedAt = "2026-01-01T03:00:00.000Z";

/** A whole snapshot of a host that has nothing but these objects. */
export function buildObserved(parts: Partial<Observed> = {}): Observed {
  return {
    host: {
      id: "HOST",
      endpoint: "unix:///d.sock",
      version: "20.10.24",
      apiVersion: "1.41",
      os: "linux",
      arch: "amd64",
    },
    observedAt,
    images: [],
    networks: [],
    volumes: [],
    containers: [],
    registryDigests: {},
    reach: "address",
    ...parts,
  };
}

export const imageIdOf = (name: string) => `sha256:id-of-${name}`;

/** The host as a whole apply of `desired` leaves it: each object as warm makes it. */
export function buildWarm(desired: Desired): Observed {
  const volumes = desired.resources.flatMap((resource) =>
    resource.kind === "volume" ? [madeVolumeOf(resource, desired.project)] : [],
  );
  const images = desired.resources.flatMap((resource): ObservedImage[] => {
    if (resource.kind !== "image") return [];
    const id = imageIdOf(resource.name);
    const proofs = volumes
      .filter((volume) => volume.labels[LABEL.blobImage] === id)
      .map((volume) => `warm-seeded:${proofOf(volume)}`);
    return [{ id, keys: [resource.lookup, ...proofs] }];
  });
  const networks = desired.resources.flatMap((resource) =>
    resource.kind === "network" ? [madeNetwork(resource, desired.project)] : [],
  );
  const containers = desired.resources.flatMap((resource) =>
    resource.kind === "container" ? [madeContainer(resource, desired.project)] : [],
  );
  const engines = desired.pools.flatMap((pool) => madeEngines(pool, desired.project));
  return buildObserved({ images, networks, volumes, containers: [...containers, ...engines] });
}

export const networkIdOf = (name: string) => `id-of-${name}`;

export function madeNetwork(resource: NetworkResource, project: string): ObservedNetwork {
  const labels = identityLabels(project, resource.address, networkSpecHash(resource));
  return { id: networkIdOf(resource.name), name: resource.name, driver: resource.driver, labels };
}

function madeVolumeOf(resource: VolumeResource, project: string): ObservedVolume {
  return resource.role === "session" ? madeSession(resource, project) : madeVolume(resource, project);
}

export function madeSession(resource: SessionVolume, project: string, made = createdAt): ObservedVolume {
  const labels = {
    ...identityLabels(project, resource.address, volumeSpecHash(resource)),
    [LABEL.spec]: canonicalJson(volumeSpec(resource)),
  };
  return { name: resource.name, driver: "local", createdAt: made, labels };
}

export function madeVolume(resource: TemplateVolume, project: string, made = createdAt): ObservedVolume {
  const labels = {
    ...identityLabels(project, resource.address, volumeSpecHash(resource)),
    [LABEL.spec]: canonicalJson(volumeSpec(resource)),
    [LABEL.blobImage]: imageIdOf(resource.blob.slice("image.".length)),
  };
  return { name: resource.name, driver: "local", createdAt: made, labels };
}

/** `<tid>-<digest>` of a template's volume of the builders, whose tid is what follows the prefix. */
export function proofOf({ name, createdAt, labels }: ObservedVolume): string {
  const blobImageId = labels[LABEL.blobImage] ?? "";
  return seedProof({ tid: name.slice(name.lastIndexOf("-") + 1), name, createdAt, blobImageId });
}

export function madeContainer(resource: ContainerResource, project: string): ObservedContainer {
  const spec = containerSpec(resource, () => "salt");
  const { memoryBytes = 0, cpus = 0, pids = 0 } = resource.limits;
  const network = resource.network.slice("network.".length);
  return {
    id: `id-of-${resource.name}`,
    name: resource.name,
    imageId: imageIdOf(resource.image.slice("image.".length)),
    state: "running",
    createdAtMs: Date.parse(createdAt),
    health: undefined,
    labels: {
      ...identityLabels(project, resource.address, containerSpecHash(spec)),
      [LABEL.spec]: canonicalJson(spec),
    },
    networks: [{ name: network, id: networkIdOf(network), address: "172.18.0.2" }],
    volumes: [resource.volume.slice("volume.".length)],
    ...(Object.keys(resource.limits).length === 0 ? {} : { limits: { memoryBytes, cpus, pids } }),
  };
}

/** A container that nobody of us made. */
export function buildForeignContainer(parts: Partial<ObservedContainer> = {}): ObservedContainer {
  return {
    id: "foreign",
    name: "someone",
    imageId: "sha256:other",
    state: "running",
    createdAtMs: Date.parse(createdAt),
    health: undefined,
    labels: {},
    networks: [],
    volumes: [],
    ...parts,
  };
}
