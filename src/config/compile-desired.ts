import { formatImageRef, lookupKey } from "../model/image-ref.js";
import {
  addressOf,
  seederName,
  sessionVolumeName,
  stripDashes,
  templateContainerName,
  templateVolumeName,
} from "../model/names.js";
import type {
  ContainerResource,
  Desired,
  ImageResource,
  NetworkResource,
  SessionVolume,
  TemplateVolume,
} from "../model/resource.js";
import { imageAddress, type Lines, linesOf, validRef } from "./compile-parts.js";
import { compilePool } from "./compile-pool.js";
import type { Config, SessionConfig, TemplateConfig } from "./config.js";
import { type Positions, pointerTo } from "./file/positions.js";

/**
 * The resources that a Config stands for: the network, every image once by address, then each template's volume and
 * container by id, and each session's volume; and the pools of engines by id. The order of the file changes nothing
 * but `lines`.
 * @param positions of the file that `config` was read from
 */
export function compileDesired(config: Config, positions: Positions): Desired {
  const { project, prefix, prune, pull, data } = config;
  const network = compileNetwork(config, positions);
  const templates = config.templates.flatMap((template) => [
    compileTemplateVolume(template, prefix, positions),
    compileContainer(template, config, positions),
  ]);
  const sessions = config.sessions.map((session) => compileSessionVolume(session, prefix, positions));
  return {
    project,
    prefix,
    prune,
    pull,
    resources: [network, ...compileImages(config, positions), ...templates, ...sessions],
    pools: config.engines.map((engine) => compilePool(engine, config, positions)),
    data,
  };
}

function compileNetwork({ network }: Config, positions: Positions): NetworkResource {
  const lines = linesOf(positions, { "": "/network" });
  return {
    kind: "network",
    address: addressOf("network", network),
    name: network,
    dependsOn: [],
    lines,
    driver: "bridge",
  };
}

function compileImages(config: Config, positions: Positions): ImageResource[] {
  const byAddress = new Map<string, ImageResource>();
  for (const { text, pointer } of mentionedImages(config)) {
    const lines = linesOf(positions, { "": pointer });
    const image = compileImage(text, lines);
    const known = byAddress.get(image.address);
    // The line of an image that is named twice is that of the first mention.
    if (known === undefined || (lines[""] ?? 0) < (known.lines[""] ?? 0)) byAddress.set(image.address, image);
  }
  return [...byAddress.values()].sort((a, b) => (a.address < b.address ? -1 : 1));
}

interface Mention {
  readonly text: string;
  readonly pointer: string;
}

function mentionedImages({ templates, sessions, engines }: Config): Mention[] {
  const ofTemplates = templates.flatMap((template) =>
    (["image", "blob"] as const).map((key) => ({
      text: template[key],
      pointer: pointerTo("templates", template.id, key),
    })),
  );
  const ofSessions = sessions
    .filter(({ isForgotten = false }) => !isForgotten)
    .flatMap((session) =>
      (["processors", "plugins"] as const).flatMap((list) =>
        session[list].map((text, index) => ({
          text,
          pointer: pointerTo("sessions", session.id, list, index),
        })),
      ),
    );
  const ofEngines = engines.map(({ id, image }) => ({
    text: image,
    pointer: pointerTo("engines", id, "image"),
  }));
  return [...ofTemplates, ...ofSessions, ...ofEngines];
}

function compileImage(text: string, lines: Lines): ImageResource {
  const ref = validRef(text);
  const name = formatImageRef(ref);
  return {
    kind: "image",
    address: addressOf("image", name),
    name,
    dependsOn: [],
    lines,
    lookup: lookupKey(ref),
  };
}

function compileTemplateVolume(
  template: TemplateConfig,
  prefix: string,
  positions: Positions,
): TemplateVolume {
  const tid = stripDashes(template.id);
  const name = templateVolumeName(prefix, tid);
  const blob = imageAddress(template.blob);
  const at = (...keys: string[]) => pointerTo("templates", template.id, ...keys);
  return {
    kind: "volume",
    role: "template",
    address: addressOf("volume", name),
    name,
    dependsOn: [blob],
    lines: linesOf(positions, { "": at(), blob: at("blob"), mount: at("mount") }),
    tid,
    blob,
    mount: template.mount,
    seeder: seederName(prefix, tid),
  };
}

/** It is empty, so nothing has to be there before it: neither its template nor the images that will work in it. */
function compileSessionVolume(
  { id, template, ttlMs, isForgotten = false }: SessionConfig,
  prefix: string,
  positions: Positions,
): SessionVolume {
  const tid = stripDashes(template);
  const name = sessionVolumeName(prefix, tid, id);
  const at = (...keys: string[]) => pointerTo("sessions", id, ...keys);
  return {
    kind: "volume",
    role: "session",
    address: addressOf("volume", name),
    name,
    dependsOn: [],
    lines: linesOf(positions, { "": at(), "session": at(), "template": at("template"), "ttl": at("ttl") }),
    session: id,
    tid,
    ttlMs,
    isForgotten,
  };
}

function compileContainer(template: TemplateConfig, config: Config, positions: Positions): ContainerResource {
  const tid = stripDashes(template.id);
  const name = templateContainerName(config.prefix, tid);
  const network = addressOf("network", config.network);
  const image = imageAddress(template.image);
  const volume = addressOf("volume", templateVolumeName(config.prefix, tid));
  return {
    kind: "container",
    address: addressOf("container", name),
    name,
    dependsOn: [network, image, volume],
    lines: containerLines(template, positions),
    tid,
    image,
    network,
    volume,
    mount: template.mount,
    port: template.port,
    env: template.env,
    limits: template.limits,
    health: template.health,
  };
}

/** Field paths of a container by where they stand below its template. */
const CONTAINER_FIELDS: readonly (readonly [path: string, below: string])[] = [
  ...["image", "port", "mount", "env", "resources", "health"],
  ...["memory", "cpus", "pids"].map((key) => `resources.${key}`),
  ...["path", "tcp", "exec", "healthcheck", "interval", "timeout"].map((key) => `health.${key}`),
].map((path) => [path, `/${path.replaceAll(".", "/")}`]);

function containerLines({ id, env }: TemplateConfig, positions: Positions): Lines {
  const base = pointerTo("templates", id);
  const lines: Record<string, number> = {};
  const add = (path: string, pointer: string) => {
    const place = positions.get(pointer);
    if (place !== undefined) lines[path] = place.key.line;
  };
  add("", base);
  add("network", "/network");
  for (const [path, below] of CONTAINER_FIELDS) add(path, base + below);
  for (const name of Object.keys(env)) add(`env.${name}`, pointerTo("templates", id, "env", name));
  return lines;
}
