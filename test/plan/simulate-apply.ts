import { LABEL } from "../../src/model/labels.js";
import { parseEngineAddress } from "../../src/model/names.js";
import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import { type Change, isChange, type Plan } from "../../src/model/plan.js";
import type { ContainerResource, Desired, SessionVolume, TemplateVolume } from "../../src/model/resource.js";
import { tombstoneKey } from "../../src/model/tombstone.js";
import { imageIdOf, madeContainer, madeNetwork, madeSession, madeVolume, proofOf } from "./builders.js";
import { anEngine, engineIdOf } from "./engine-builders.js";

type Host = { -readonly [K in "images" | "networks" | "volumes" | "containers"]: Observed[K] };

/**
 * What a faultless apply of a plan leaves on a host: conflicts and whatever depends on them stay as they are.
 * @param run makes the new IDs differ from those of an earlier run
 */
export function simulateApply(desired: Desired, plan: Plan, observed: Observed, run: number): Observed {
  const host: Host = { ...observed };
  const blocked = new Set<string>();
  const resources = new Map(desired.resources.map((resource) => [resource.address, resource]));
  for (const change of plan.changes.filter(isChange)) {
    const isBlocked =
      change.action === "conflict" || change.dependsOn.some((address) => blocked.has(address));
    const resource = resources.get(change.address);
    if (isBlocked) blocked.add(change.address);
    else if (change.kind === "engine") applyEngine(host, change, desired, observed.observedAt, run);
    else if (change.action === "delete") {
      if (resource?.kind === "volume" && resource.role === "session")
        bury(host, resource, desired.project, run);
      remove(host, change);
    } else if (resource?.kind === "network") {
      remove(host, change);
      const made = { ...madeNetwork(resource, desired.project), id: `${resource.name}-${run}` };
      host.networks = [...host.networks, made];
    } else if (resource?.kind === "image") pull(host, resource.name, resource.lookup);
    else if (resource?.kind === "volume" && resource.role === "session")
      makeSession(host, resource, desired.project, observed.observedAt);
    else if (resource?.kind === "volume") seed(host, resource, desired.project, run);
    else if (resource?.kind === "container") applyContainer(host, change, resource, desired.project, run);
  }
  return { ...observed, ...host };
}

const idOf = ({ precondition }: Change) => (precondition.exists ? precondition.id : undefined);

function remove(host: Host, change: Change): void {
  const id = idOf(change);
  if (change.kind === "container") host.containers = host.containers.filter((one) => one.id !== id);
  if (change.kind === "image") {
    host.images = host.images.map((image) => ({
      ...image,
      keys: image.keys.filter((key) => key !== change.name),
    }));
  }
  if (change.kind === "volume") host.volumes = host.volumes.filter(({ name }) => name !== change.name);
  if (change.kind !== "network") return;
  host.networks = host.networks.filter((one) => one.id !== id);
  host.containers = host.containers.map((container) => ({
    ...container,
    networks: container.networks.filter((network) => network.id !== id),
  }));
}

/** Whoever uses an engine that is replaced has given it back by then. */
function applyEngine(host: Host, change: Change, desired: Desired, now: string, run: number): void {
  const { pool: id, slot } = parseEngineAddress(change.successor ?? change.address) ?? {};
  const pool = desired.pools.find((pool) => pool.id === id);
  const gone = idOf(change);
  if (change.action === "delete" || change.action === "replace")
    host.containers = host.containers.filter((one) => one.id !== gone);
  if (change.action === "delete" || pool === undefined || slot === undefined) return;
  const made = anEngine(pool, slot, {}, desired.project);
  if (change.action === "update") {
    const limits = made.limits === undefined ? {} : { limits: made.limits };
    host.containers = host.containers.map((one) => (one.id === gone ? { ...one, ...limits } : one));
    return;
  }
  if (host.containers.some(({ name }) => name === made.name)) throw new Error(`${made.name} is taken`);
  const networks = host.networks
    .filter(({ name }) => `network.${name}` === pool.network)
    .map(({ id, name }) => ({ id, name, address: "" }));
  const facts = { id: engineIdOf(`${made.name}-${run}`), createdAtMs: Date.parse(now), networks };
  host.containers = [...host.containers, { ...made, ...facts, imageId: imageOf(host, pool.image) }];
}

function pull(host: Host, name: string, lookup: string): void {
  const id = imageIdOf(name);
  const others = host.images.map((image) => ({
    ...image,
    keys: image.keys.filter((key) => key !== lookup),
  }));
  const known = others.find((image) => image.id === id);
  const pulled = { id, keys: [lookup, ...(known?.keys ?? [])] };
  host.images = [...others.filter((image) => image.id !== id), pulled];
}

function imageOf(host: Host, address: string): string {
  const name = address.slice("image.".length);
  const image = host.images.find(({ keys }) => keys.includes(name));
  if (image === undefined) throw new Error(`${address} is not there when it is needed`);
  return image.id;
}

function seed(host: Host, resource: TemplateVolume, project: string, run: number): void {
  const blobImage = imageOf(host, resource.blob);
  const made = madeVolume(resource, project, `2026-01-01T00:00:${10 + run}Z`);
  const volume = { ...made, labels: { ...made.labels, [LABEL.blobImage]: blobImage } };
  host.volumes = [...host.volumes.filter(({ name }) => name !== resource.name), volume];
  host.containers = host.containers.filter(
    ({ name, volumes }) => name !== resource.seeder && !volumes.includes(resource.name),
  );
  const proof = `warm-seeded:${proofOf(volume)}`;
  host.images = host.images.map((image) =>
    image.id === blobImage ? { ...image, keys: [...image.keys, proof] } : image,
  );
}

function makeSession(host: Host, resource: SessionVolume, project: string, madeAt: string): void {
  const made = madeSession(resource, project, madeAt);
  host.volumes = [...host.volumes.filter(({ name }) => name !== resource.name), made];
  host.containers = host.containers.filter(({ volumes }) => !volumes.includes(resource.name));
}

function bury(host: Host, resource: SessionVolume, project: string, run: number): void {
  const key = tombstoneKey(project, resource);
  const others = host.images.map((image) => ({ ...image, keys: image.keys.filter((one) => one !== key) }));
  host.images = [...others, { id: `sha256:empty-${run}`, keys: [key] }];
}

function applyContainer(
  host: Host,
  change: Change,
  resource: ContainerResource,
  project: string,
  run: number,
): void {
  const network = host.networks.findLast(
    (one) => `network.${one.name}` === resource.network && one.labels[LABEL.project] === project,
  );
  if (network === undefined) throw new Error(`${resource.network} is not there when it is needed`);
  const networks = [{ name: network.name, id: network.id, address: "" }];
  const made = madeContainer(resource, project);
  if (change.action === "create" || change.action === "replace") {
    const id = `${resource.name}-${run}`;
    remove(host, change);
    host.containers = [...host.containers, { ...made, id, networks, imageId: imageOf(host, resource.image) }];
    return;
  }
  const heal = (one: ObservedContainer): ObservedContainer => ({ ...one, state: "running", networks });
  const limits = made.limits === undefined ? {} : { limits: made.limits };
  host.containers = host.containers.map((one) =>
    one.id === idOf(change) ? { ...heal(one), ...limits, name: resource.name } : one,
  );
}
