import pLimit from "p-limit";
import { WarmError } from "../../errors.js";
import type { FoundHost, FoundImage, FoundSettings } from "../../model/found-host.js";
import { canonicalImageKey } from "../../model/image-ref.js";
import { LABEL, type Labels } from "../../model/labels.js";
import { SEED_PROOF_REPOSITORY, TOMBSTONE_REPOSITORY } from "../../model/names.js";
import type { Host } from "../connection/connect.js";
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
import { readContainerList, readNetworkList, readVolumeList } from "./read-lists.js";
import { variablesOf } from "./read-settings.js";

const INSPECTS_AT_ONCE = 16;

/**
 * Reads what stands on a host, and how those containers were made that cyanprint or warm has labelled: four lists, then an
 * inspect for each of these and for each of their images. GET alone.
 * @throws WarmError of the docker edge; a container that goes meanwhile is no longer there, anything else fails the look
 */
export async function readFoundHost({ reader, facts }: Host): Promise<FoundHost> {
  const [networks, volumes, containers, images] = await Promise.all([
    reader.getJson("list networks", "/networks").then(readNetworkList),
    reader.getJson("list volumes", "/volumes").then(readVolumeList),
    reader.getJson("list containers", "/containers/json", { query: { all: "1" } }).then(readContainerList),
    reader.getJson("list images", "/images/json").then(readImages),
  ]);
  const limit = pLimit(INSPECTS_AT_ONCE);
  const inspect = (path: string, what: string) => limit(() => inspectIfThere(reader, what, path));
  const labelled = containers.filter(({ labels }) => isLabelled(labels));
  const imageIds = new Set([
    ...labelled.map(({ imageId }) => imageId),
    ...images.filter(({ labels }) => isLabelled(labels)).map(({ id }) => id),
  ]);
  const [containerAnswers, imageAnswers] = await Promise.all([
    Promise.all(
      labelled.map(
        async ({ id }) => [id, await inspect(`/containers/${id}/json`, "inspect a container")] as const,
      ),
    ),
    Promise.all(
      [...imageIds].map(async (id) => [id, await inspect(`/images/${id}/json`, "inspect an image")] as const),
    ),
  ]);
  const configs = new Map(imageAnswers.map(([id, answer]) => [id, configOf(answer)]));
  const settings = containerAnswers.flatMap(([id, answer]): [string, FoundSettings][] =>
    answer === undefined ? [] : [[id, readSettings(answer, configs)]],
  );
  const known = new Map(settings);
  return {
    endpoint: facts.endpoint,
    networks,
    volumes,
    containers: containers.filter(({ id, labels }) => known.has(id) || !isLabelled(labels)),
    images: images.map((image) => ({ ...image, command: commandOf(configs.get(image.id)) })),
    settings: known,
  };
}

function isLabelled(labels: Labels): boolean {
  return labels[LABEL.cyanprint] === "true" || labels[LABEL.project] !== undefined;
}

/** Undefined when it has gone since it was listed. */
async function inspectIfThere(
  reader: HostReader,
  what: string,
  path: string,
): Promise<Record<string, unknown> | undefined> {
  try {
    return asRecord(await reader.getJson(what, path), what);
  } catch (error) {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  }
}

const MARKS = [`${SEED_PROOF_REPOSITORY}:`, `${TOMBSTONE_REPOSITORY}:`, "<none>"];

/** `GET /images/json` */
function readImages(answer: unknown): Omit<FoundImage, "command">[] {
  const images = asArray(answer, "image list").map((item) => {
    const image = asRecord(item, "image");
    const names = [
      ...asOptionalArray(image.RepoTags, "image.RepoTags"),
      ...asOptionalArray(image.RepoDigests, "image.RepoDigests"),
    ];
    const references = names.filter(
      (name): name is string => typeof name === "string" && !MARKS.some((mark) => name.startsWith(mark)),
    );
    return {
      id: asString(image.Id, "image.Id"),
      references: references.map(canonicalImageKey).sort(),
      labels: asStringMap(image.Labels, "image.Labels"),
    };
  });
  return images.sort((a, b) => (a.id < b.id ? -1 : 1));
}

function configOf(image: Record<string, unknown> | undefined): Record<string, unknown> | undefined {
  return image === undefined ? undefined : asRecord(image.Config ?? {}, "image.Config");
}

function commandOf(config: Record<string, unknown> | undefined): readonly string[] | undefined {
  if (config === undefined) return undefined;
  const words = [
    ...asOptionalArray(config.Entrypoint, "Config.Entrypoint"),
    ...asOptionalArray(config.Cmd, "Config.Cmd"),
  ];
  return words.map(asText);
}

function readSettings(
  container: Record<string, unknown>,
  images: ReadonlyMap<string, Record<string, unknown> | undefined>,
): FoundSettings {
  const config = asRecord(container.Config, "container.Config");
  const hostConfig = asRecord(container.HostConfig, "container.HostConfig");
  const image = images.get(asText(container.Image));
  const inherited = variables(image?.Env);
  const own = Object.entries(variables(config.Env)).filter(([name, value]) => inherited[name] !== value);
  return {
    image: asText(config.Image),
    env: Object.fromEntries(own),
    ports: readPorts(config.ExposedPorts),
    limits: {
      memoryBytes: asNumber(hostConfig.Memory, "HostConfig.Memory"),
      cpus: asNumber(hostConfig.NanoCpus, "HostConfig.NanoCpus") / 1e9,
      pids: Math.max(0, asNumber(hostConfig.PidsLimit, "HostConfig.PidsLimit")),
    },
    hasHealthcheck: isHealthcheck(config.Healthcheck),
  };
}

const variables = (value: unknown) => variablesOf({ Env: asOptionalArray(value, "Config.Env").map(asText) });

function readPorts(value: unknown): number[] {
  const ports = Object.keys(asRecord(value ?? {}, "Config.ExposedPorts"));
  return ports
    .filter((port) => port.endsWith("/tcp"))
    .map((port) => Number.parseInt(port, 10))
    .filter((port) => port > 0)
    .sort((a, b) => a - b);
}

/** `["NONE"]` takes away the image's own. */
function isHealthcheck(value: unknown): boolean {
  if (value === null || value === undefined) return false;
  const test = asOptionalArray(asRecord(value, "Config.Healthcheck").Test, "Healthcheck.Test");
  return test.length > 0 && test[0] !== "NONE";
}
