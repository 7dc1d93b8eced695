import fc from "fast-check";
import { LABEL } from "../../src/model/labels.js";
import type { Observed, ObservedContainer } from "../../src/model/observed.js";
import type { Desired } from "../../src/model/resource.js";
import { tombstoneKey } from "../../src/model/tombstone.js";
import { sessionOf } from "../../src/model/volume-use.js";
import {
  buildDesired,
  buildForeignContainer,
  buildWarm,
  type DesiredParts,
  HOUR_MS,
  type SessionParts,
  type TemplateParts,
} from "./builders.js";

const template: fc.Arbitrary<TemplateParts> = fc.record(
  {
    image: fc.constantFrom("img:1", "img:2", "shared:1"),
    blob: fc.constantFrom("blob:1", "blob:2", "shared:1"),
    mount: fc.constantFrom("/data", "/other"),
    env: fc.dictionary(fc.constantFrom("A", "B"), fc.constantFrom("1", "2")),
    limits: fc.record(
      { memoryBytes: fc.constantFrom(64, 128), cpus: fc.constantFrom(0.5, 1), pids: fc.constant(9) },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["image", "blob"] },
);

/** Hosts of the builders are looked at when the first ttl is over and the second is not. */
const session: fc.Arbitrary<SessionParts> = fc.record(
  {
    template: fc.constantFrom("a", "b"),
    images: fc.subarray(["img:1", "processor:1", "plugin:1"]),
    ttlMs: fc.constantFrom(HOUR_MS, 9 * HOUR_MS),
  },
  { requiredKeys: [] },
);

/** Files with up to three templates and sessions. */
export const desiredArbitrary: fc.Arbitrary<Desired> = fc
  .record<DesiredParts>({
    network: fc.constantFrom("net", "other"),
    templates: fc.dictionary(fc.constantFrom("a", "b", "c"), template),
    sessions: fc.dictionary(fc.constantFrom("s", "t-1"), session),
    prune: fc.constantFrom("safe", "all"),
  })
  .map((parts) => buildDesired(parts));

/** Of every session that the files above can have, and of one that none of them has. */
const TOMBSTONES = ["a", "b"]
  .flatMap((template) => [HOUR_MS, 9 * HOUR_MS, 1].map((ttlMs) => ({ template, ttlMs })))
  .flatMap((parts) => buildDesired({ templates: {}, sessions: { "s": parts, "t-1": parts } }).resources)
  .flatMap((resource) => (resource.kind === "volume" && resource.role === "session" ? [resource] : []))
  .map((resource, index) => ({ id: `sha256:empty-${index}`, keys: [tombstoneKey("demo", resource)] }));

type Damage = (host: Observed) => Observed;

const eachContainer =
  (hit: (container: ObservedContainer, index: number) => ObservedContainer[]): Damage =>
  (host) => ({ ...host, containers: host.containers.flatMap(hit) });

/** What people and crashes do to a host, each to all that it can be done to or to every second one. */
const DAMAGES: Readonly<Record<string, Damage>> = {
  containerGone: (host) => ({ ...host, containers: host.containers.slice(1) }),
  sessionsGone: (host) => ({ ...host, volumes: host.volumes.filter(({ labels }) => !sessionOf(labels)) }),
  sessionsYoung: (host) => ({
    ...host,
    volumes: host.volumes.map((one) =>
      sessionOf(one.labels) ? { ...one, createdAt: host.observedAt } : one,
    ),
  }),
  buried: (host) => ({ ...host, images: [...host.images, ...TOMBSTONES] }),
  volumeGone: (host) => ({ ...host, volumes: host.volumes.slice(1) }),
  networkGone: (host) => ({ ...host, networks: [] }),
  imagesGone: (host) => ({ ...host, images: host.images.slice(1) }),
  proofsGone: (host) => ({
    ...host,
    images: host.images.map((image) => ({
      ...image,
      keys: image.keys.filter((key) => !key.startsWith("warm-seeded:")),
    })),
  }),
  tagsMoved: (host) => ({ ...host, images: host.images.map((image) => ({ ...image, id: `${image.id}-x` })) }),
  stopped: eachContainer((one) => [{ ...one, state: "exited" }]),
  paused: eachContainer((one, index) => [index % 2 === 0 ? { ...one, state: "paused" } : one]),
  dead: eachContainer((one, index) => [index % 2 === 1 ? { ...one, state: "dead" } : one]),
  renamed: eachContainer((one) => [{ ...one, name: `${one.name}-renamed` }]),
  disconnected: eachContainer((one) => [{ ...one, networks: [] }]),
  lowered: eachContainer((one) => [{ ...one, limits: { memoryBytes: 8, cpus: 0.1, pids: 1 } }]),
  swapKilledEarly: eachContainer((one) => [
    one,
    { ...one, id: `${one.id}-new`, name: `${one.name}--warm-new`, state: "created" },
  ]),
  swapKilledLate: eachContainer((one) => [
    { ...one, name: `${one.name}--warm-old` },
    { ...one, id: `${one.id}-new`, name: `${one.name}--warm-new` },
  ]),
  specLost: eachContainer((one) => [{ ...one, labels: { ...one.labels, [LABEL.spec]: "?" } }]),
  networkTwice: (host) => ({
    ...host,
    networks: [...host.networks, ...host.networks.map((network) => ({ ...network, id: `${network.id}-2` }))],
  }),
};

/** Objects that are not ours, with our names or in the middle of our things. */
const INTRUSIONS: Readonly<Record<string, Damage>> = {
  container: (host) => withContainers(host, [buildForeignContainer({ name: "cyan-template-a" })]),
  seeder: (host) => withContainers(host, [buildForeignContainer({ name: "cyan-volume-b", id: "foreign-b" })]),
  user: (host) =>
    withContainers(host, [
      buildForeignContainer({
        id: "foreign-user",
        name: "user",
        networks: host.networks.map(({ id, name }) => ({ id, name, address: "" })),
        volumes: host.volumes.map(({ name }) => name),
      }),
    ]),
  volume: (host) => ({
    ...host,
    volumes: [
      ...host.volumes.filter(({ name }) => name !== "cyan-a"),
      { name: "cyan-a", driver: "local", createdAt: "foreign-volume", labels: {} },
    ],
  }),
  session: (host) => ({
    ...host,
    volumes: [
      ...host.volumes.filter(({ name }) => name !== "cyan-a-s"),
      { name: "cyan-a-s", driver: "local", createdAt: "foreign-session", labels: {} },
    ],
  }),
  tombstone: (host) => ({
    ...host,
    images: [...host.images, { id: "foreign-image", keys: ["warm-expired:another-0123456789ab"] }],
  }),
  network: (host) => ({
    ...host,
    networks: [{ id: "foreign-net", name: "net", driver: "bridge", labels: {} }, ...host.networks],
  }),
  otherProject: (host) =>
    withContainers(
      host,
      host.containers.map((one) => ({
        ...one,
        id: `foreign-${one.id}`,
        labels: { ...one.labels, [LABEL.project]: "another" },
      })),
    ),
};

/** Docker has one container of a name: who was there first makes room. */
function withContainers(host: Observed, containers: readonly ObservedContainer[]): Observed {
  const names = new Set(containers.map(({ name }) => name));
  return { ...host, containers: [...host.containers.filter(({ name }) => !names.has(name)), ...containers] };
}

const some = (damages: Readonly<Record<string, Damage>>) =>
  fc.subarray(Object.keys(damages)).map((names): Damage => {
    return (host) => names.reduce((state, name) => damages[name]?.(state) ?? state, host);
  });

/** Hosts that some file was applied to, and that were damaged since. */
export const damagedHost = fc
  .tuple(desiredArbitrary, some(DAMAGES))
  .map(([desired, damage]) => damage(buildWarm(desired)));

/** The same with foreign objects among ours; theirs have `foreign` at the start of their ID. */
export const invadedHost = fc.tuple(damagedHost, some(INTRUSIONS)).map(([host, intrude]) => intrude(host));
