import { LABEL } from "../../src/model/labels.js";
import type { ObservedContainer } from "../../src/model/observed.js";
import { buildDesired, buildForeignContainer, buildWarm } from "../plan/builders.js";
import { aPool } from "../plan/engine-builders.js";
import type { Json } from "./mutations.js";

/** One answer of a daemon. */
export interface Answer {
  readonly status: number;
  readonly body: Json;
  /** The `Date` header; null: the daemon's own. */
  readonly date: string | null;
  /** After how many bytes of the body the connection breaks; null: not at all. */
  readonly breaksAt: number | null;
}

export const desired = buildDesired({
  templates: { a: { env: { LOG_LEVEL: "info" } }, b: { limits: { memoryBytes: 2 ** 28, pids: 64 } } },
  sessions: { s1: { template: "a", ttlMs: 3_600_000 } },
  pools: [aPool({ policy: { size: { min: 2, max: 2, spare: 0 } } })],
});

const observed = buildWarm(desired);
const LOCK = { id: "lock-id", name: "/warm-lock-demo" };

const ok = (body: Json): Json => ({ status: 200, body, date: null, breaksAt: null });

const settings = (networks: ObservedContainer["networks"]): Json => ({
  Networks: Object.fromEntries(
    networks.map(({ name, id, address }) => [name, { NetworkID: id, IPAddress: address }]),
  ),
  Ports: { "5550/tcp": [{ HostIp: "127.0.0.1", HostPort: "32768" }] },
});

function inspectOf({ id, name, imageId, labels, networks }: ObservedContainer): Json {
  return {
    Id: id,
    Name: `/${name}`,
    Created: "2026-01-01T00:00:00Z",
    Image: imageId,
    State: {
      ...{ Status: "running", Running: true, Paused: false, Restarting: false, OOMKilled: false },
      ...{ ExitCode: 0, Error: "", StartedAt: "2026-01-01T00:00:01Z", FinishedAt: "0001-01-01T00:00:00Z" },
      Health: { Status: "healthy" },
    },
    Config: {
      ...{ Image: "img-a:1", Env: ["A=1", "B"], Cmd: ["serve"], Entrypoint: null, Labels: { ...labels } },
      ...{ ExposedPorts: { "5550/tcp": {} }, Healthcheck: { Test: ["NONE"] } },
    },
    HostConfig: { Memory: 2 ** 28, NanoCpus: 5e8, PidsLimit: null },
    NetworkSettings: settings(networks),
  };
}

const containers = [...observed.containers, buildForeignContainer()];

/** What a host says on which all of {@link desired} stands, with the lock that somebody holds. By path. */
export const dockerWorld: Json = {
  "/version": ok({
    ApiVersion: "1.41",
    MinAPIVersion: "1.12",
    Version: "20.10.24",
    Os: "linux",
    Arch: "amd64",
  }),
  "/info": ok({
    ...{ ID: "HOST", OperatingSystem: "Debian", SecurityOptions: ["name=seccomp,profile=default"] },
    ...{ Driver: "overlay2", DockerRootDir: "/var/lib/docker", MemoryLimit: true, SwapLimit: false },
  }),
  "/images/json": ok(
    observed.images.map(({ id, keys }) => ({ Id: id, RepoTags: [...keys], RepoDigests: null, Labels: null })),
  ),
  "/networks": ok(
    observed.networks.map(({ id, name, driver, labels }) => ({
      Id: id,
      Name: name,
      Driver: driver,
      Labels: { ...labels },
    })),
  ),
  "/volumes": ok({
    Volumes: [
      ...observed.volumes.map(({ name, driver, createdAt, labels }) => ({
        ...{ Name: name, Driver: driver, CreatedAt: createdAt, Labels: { ...labels } },
      })),
      { Name: "someones", Driver: "local", CreatedAt: "2025-01-01T00:00:00Z", Labels: null },
    ],
    Warnings: null,
  }),
  "/containers/json": ok(
    containers.map(({ id, name, imageId, labels, networks, volumes, state }) => ({
      ...{ Id: id, Names: [`/${name}`], ImageID: imageId, State: state, Status: "Up 3 seconds (healthy)" },
      ...{ Created: 1_767_225_600, Labels: { ...labels }, NetworkSettings: settings(networks) },
      Mounts: volumes.map((volume) => ({ Type: "volume", Name: volume })),
    })),
  ),
  ...Object.fromEntries(containers.map((one) => [`/containers/${one.id}/json`, ok(inspectOf(one))])),
  ...Object.fromEntries(
    observed.images.map(({ id }) => [
      `/images/${id}/json`,
      ok({
        Id: id,
        Os: "linux",
        Architecture: "amd64",
        RepoDigests: ["r/a@sha256:1"],
        Config: { Env: ["A=1"], Cmd: ["x"] },
      }),
    ]),
  ),
  "/volumes/cyan-a": ok({ Name: "cyan-a", CreatedAt: "2026-01-01T00:00:00Z", Labels: { a: "b" } }),
  "/containers/warm-lock-demo/json": ok({
    ...{ Id: LOCK.id, Name: LOCK.name, Created: "2026-01-01T00:00:00Z" },
    Config: { Labels: { [LABEL.project]: "demo", [LABEL.address]: "lock.demo" } },
  }),
  // In place of the archive that the file comes in.
  "/containers/lock-id/archive": ok({
    ...{ id: "1", who: "me@here", command: "warm apply", reason: "", since: "2026-01-01T00:00:00Z" },
    expiresAt: "2026-01-01T00:10:00Z",
  }),
};
