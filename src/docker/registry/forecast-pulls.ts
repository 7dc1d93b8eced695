import { statfs } from "node:fs/promises";
import pLimit from "p-limit";
import type { DiskForecast, PullForecast } from "../../model/forecast.js";
import { familiarRepository, type ImageRef, parseImageRef } from "../../model/image-ref.js";
import type { Observed } from "../../model/observed.js";
import type { Host } from "../connection/connect.js";
import type { FindCredentials } from "../connection/credentials.js";
import { asOptionalArray, asRecord, asText } from "../connection/shape.js";
import { type ImageLayers, readDiffIds, readImageLayers } from "./read-image-layers.js";
import { isLoopback, openRegistry, type RegistrySession } from "./registry-session.js";

/** A plan is not kept waiting for what is nice to know: after so long the sizes are unknown. */
const BUDGET_MS = 2_500;
const ASKS_AT_ONCE = 6;
/** Of one repository, whose layers are looked at. */
const RELATIVES = 4;
/** What layers unpack to, of what is sent. */
const UNPACKED = 3;

export interface PullSizes {
  readonly pulls: readonly PullForecast[];
  readonly disk: DiskForecast | undefined;
}

/**
 * Asks the registries how much the images are that have to be pulled. Never fails: what cannot be had is unknown.
 * @param addresses of images
 */
export async function forecastPulls(
  host: Host,
  observed: Observed,
  addresses: readonly string[],
  findCredentials: FindCredentials,
  cancel?: AbortSignal,
): Promise<PullSizes> {
  if (addresses.length === 0) return { pulls: [], disk: undefined };
  const over = AbortSignal.timeout(BUDGET_MS);
  const signal = cancel === undefined ? over : AbortSignal.any([over, cancel]);
  const limit = pLimit(ASKS_AT_ONCE);
  const counted = new Set<string>();
  const pulls = await Promise.all(
    addresses.map((address) =>
      limit(async () => {
        const found = await measure(host, observed, address, findCredentials, signal).catch(() => undefined);
        return { address, ...sizesOf(found, counted) };
      }),
    ),
  );
  const newBytes = pulls.reduce((sum, pull) => sum + (pull.newBytes ?? 0), 0);
  return { pulls, disk: await forecastDisk(host, newBytes * UNPACKED) };
}

interface Measured {
  readonly layers: ImageLayers["layers"];
  /** By the layer's place. */
  readonly isHere: readonly boolean[];
}

/** A layer that several images of a plan have is sent once. */
function sizesOf(measured: Measured | undefined, counted: Set<string>): Omit<PullForecast, "address"> {
  if (measured === undefined) return { bytes: undefined, newBytes: undefined };
  let [bytes, newBytes] = [0, 0];
  for (const [index, layer] of measured.layers.entries()) {
    bytes += layer.bytes;
    if (measured.isHere[index] === true || counted.has(layer.digest)) continue;
    counted.add(layer.digest);
    newBytes += layer.bytes;
  }
  return { bytes, newBytes };
}

async function measure(
  host: Host,
  observed: Observed,
  address: string,
  findCredentials: FindCredentials,
  signal: AbortSignal,
): Promise<Measured | undefined> {
  const ref = parseImageRef(address.slice("image.".length));
  if ("problem" in ref) return undefined;
  // `localhost` is the daemon's machine, and that is not this one.
  if (isLoopback(ref.domain) && observed.reach === "none") return undefined;
  const registry = openRegistry(ref, await findCredentials(ref.domain), signal);
  const found = await readImageLayers(registry, ref, host.facts);
  return { layers: found.layers, isHere: await findHere(host, observed, ref, registry, found) };
}

/** Which layers an image of the same repository on the host has; where that cannot be had, none. */
async function findHere(
  { reader }: Host,
  { images }: Observed,
  ref: ImageRef,
  registry: RegistrySession,
  found: ImageLayers,
): Promise<readonly boolean[]> {
  const repository = familiarRepository(ref);
  const isRelative = (key: string) => key.startsWith(`${repository}:`) || key.startsWith(`${repository}@`);
  const relatives = images.filter(({ keys }) => keys.some(isRelative)).slice(0, RELATIVES);
  if (relatives.length === 0) return [];
  try {
    const here = new Set<unknown>();
    for (const { id } of relatives) {
      const image = asRecord(await reader.getJson("inspect an image", `/images/${id}/json`), "image");
      for (const layer of asOptionalArray(asRecord(image.RootFS ?? {}, "RootFS").Layers, "Layers"))
        here.add(layer);
    }
    return (await readDiffIds(registry, found)).map((id) => here.has(id));
  } catch {
    return [];
  }
}

async function forecastDisk(host: Host, neededBytes: number): Promise<DiskForecast | undefined> {
  if (host.connection.endpoint.transport.kind !== "unix" || neededBytes === 0) return undefined;
  try {
    const info = asRecord(await host.reader.getJson("read the host's facts", "/info"), "info");
    const path = asText(info.DockerRootDir);
    const { bavail, bsize } = await statfs(path);
    return { path, freeBytes: bavail * bsize, neededBytes };
  } catch {
    return undefined;
  }
}
