import type { Labels } from "../../model/labels.js";
import { unpackFirstFile } from "../connection/archive.js";
import type { HostReader } from "../connection/host-reader.js";
import {
  asArray,
  asNumber,
  asOptionalArray,
  asRecord,
  asString,
  asStringMap,
  asText,
} from "../connection/shape.js";

/** What an image turned out to be. */
export interface ImageFacts {
  readonly id: string;
  readonly os: string;
  readonly arch: string;
  /** `sha256:…` under which registries know it; they accumulate and have no order. */
  readonly digests: readonly string[];
}

/** @throws WarmError `not-found` when there is no such image. */
export async function inspectImage(reader: HostReader, reference: string): Promise<ImageFacts> {
  const path = `/images/${reference}/json`;
  const image = asRecord(await reader.getJson(`inspect image ${reference}`, path), "image");
  return {
    id: asString(image.Id, "image.Id"),
    os: asText(image.Os),
    arch: asText(image.Architecture),
    digests: asOptionalArray(image.RepoDigests, "image.RepoDigests").map(
      (name) => asText(name).split("@")[1] ?? "",
    ),
  };
}

/** How one container stands now. */
export interface ContainerFacts {
  readonly id: string;
  /** Without the slash. */
  readonly name: string;
  readonly imageId: string;
  readonly labels: Labels;
  /** Also true of one that is paused. */
  readonly isRunning: boolean;
  readonly isPaused: boolean;
  /** By the daemon's clock, RFC 3339 with nanoseconds; the year 1 when it never was. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
  /** The daemon's own words on a start that failed. */
  readonly error: string;
  readonly health: string | undefined;
  /** IP addresses by network ID. */
  readonly addresses: ReadonlyMap<string, string>;
  /** Host ports on loopback by container port. */
  readonly published: ReadonlyMap<number, number>;
}

export async function inspectContainer(reader: HostReader, id: string): Promise<ContainerFacts> {
  const container = asRecord(
    await reader.getJson("inspect a container", `/containers/${id}/json`),
    "container",
  );
  const state = asRecord(container.State, "container.State");
  const settings = asRecord(container.NetworkSettings, "container.NetworkSettings");
  const health =
    state.Health === undefined || state.Health === null ? undefined : asRecord(state.Health, "State.Health");
  return {
    id: asString(container.Id, "container.Id"),
    name: asText(container.Name).replace(/^\//, ""),
    imageId: asText(container.Image),
    labels: asStringMap(asRecord(container.Config ?? {}, "container.Config").Labels, "Config.Labels"),
    isRunning: state.Running === true && state.Restarting !== true,
    isPaused: state.Paused === true,
    startedAt: asText(state.StartedAt),
    finishedAt: asText(state.FinishedAt),
    exitCode: asNumber(state.ExitCode, "State.ExitCode"),
    isOutOfMemory: state.OOMKilled === true,
    error: asText(state.Error),
    health: health === undefined ? undefined : asText(health.Status),
    addresses: readAddresses(settings),
    published: readPublished(settings),
  };
}

function readAddresses(settings: Record<string, unknown>): Map<string, string> {
  const networks = Object.values(asRecord(settings.Networks ?? {}, "NetworkSettings.Networks"));
  return new Map(
    networks.map((item) => {
      const network = asRecord(item, "NetworkSettings.Networks");
      return [asText(network.NetworkID), asText(network.IPAddress)];
    }),
  );
}

function readPublished(settings: Record<string, unknown>): Map<number, number> {
  const ports = Object.entries(asRecord(settings.Ports ?? {}, "NetworkSettings.Ports"));
  return new Map(
    ports.flatMap(([port, bindings]) => {
      const binding = bindings === null ? undefined : asArray(bindings, "NetworkSettings.Ports")[0];
      const hostPort =
        binding === undefined ? 0 : Number(asRecord(binding, "NetworkSettings.Ports").HostPort);
      return hostPort > 0 ? [[Number.parseInt(port, 10), hostPort] as const] : [];
    }),
  );
}

/** Labels and creation time of one volume, which are its identity: volumes have no ID. */
export async function inspectVolume(
  reader: HostReader,
  name: string,
): Promise<{ labels: Record<string, string>; createdAt: string }> {
  const volume = asRecord(await reader.getJson(`inspect volume ${name}`, `/volumes/${name}`), "volume");
  return {
    labels: asStringMap(volume.Labels, "volume.Labels"),
    createdAt: asString(volume.CreatedAt, "volume.CreatedAt"),
  };
}

/** The last lines that a container wrote, oldest first; none when they cannot be had. */
export async function readLastLogs(reader: HostReader, id: string, lines = 20): Promise<string[]> {
  const query = { stdout: "1", stderr: "1", tail: String(lines) };
  const body = await reader
    .getBytes("read a container's log", `/containers/${id}/logs`, { query })
    .catch(() => Buffer.alloc(0));
  return joinLogFrames(body)
    .split("\n")
    .map((line) => line.trimEnd())
    .filter((line) => line !== "");
}

/** Without a terminal the log comes in frames: one byte stream, three zero, four of length, then the text. */
export function joinLogFrames(body: Buffer): string {
  const parts: Buffer[] = [];
  let at = 0;
  while (at + 8 <= body.length && (body[at] ?? 9) <= 2 && body[at + 1] === 0) {
    const length = body.readUInt32BE(at + 4);
    parts.push(body.subarray(at + 8, at + 8 + length));
    at += 8 + length;
  }
  return (parts.length === 0 ? body : Buffer.concat(parts)).toString("utf8");
}

/** One small file out of a container, started or not. */
export async function readSmallFile(reader: HostReader, id: string, path: string): Promise<string> {
  const archive = await reader.getBytes(`read ${path} from a container`, `/containers/${id}/archive`, {
    query: { path },
  });
  return unpackFirstFile(archive);
}
