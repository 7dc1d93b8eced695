import type { FoundHost, FoundImage, FoundSettings } from "../../../src/model/found-host.js";
import { LABEL } from "../../../src/model/labels.js";
import type { Observed, ObservedContainer } from "../../../src/model/observed.js";
import { parseContainerSpec, parseEngineSpec } from "../../../src/model/spec.js";
import { buildForeignContainer } from "../../plan/builders.js";

export const CYANPRINT = { [LABEL.cyanprint]: "true" };

/** Of a container that nobody has set anything for. */
export function buildSettings(parts: Partial<FoundSettings> = {}): FoundSettings {
  return {
    image: "img:1",
    env: {},
    ports: [],
    limits: { memoryBytes: 0, cpus: 0, pids: 0 },
    hasHealthcheck: false,
    ...parts,
  };
}

/** A host that has nothing but these objects. */
export function buildFound(parts: Partial<FoundHost> = {}): FoundHost {
  return {
    endpoint: "unix:///d.sock",
    networks: [],
    volumes: [],
    containers: [],
    images: [],
    settings: new Map((parts.containers ?? []).map(({ id }) => [id, buildSettings()])),
    ...parts,
  };
}

/** What there is to be read of a host on which warm has made everything. */
export function foundOf({ networks, volumes, containers, images }: Observed): FoundHost {
  const settings = containers.map(({ id, labels, imageId, limits }): [string, FoundSettings] => {
    const spec = parseContainerSpec(labels[LABEL.spec]) ?? parseEngineSpec(labels[LABEL.spec]);
    const env = Object.entries(spec?.env ?? {}).filter(
      (entry): entry is [string, string] => typeof entry[1] === "string",
    );
    const none = { memoryBytes: 0, cpus: 0, pids: 0 };
    return [id, buildSettings({ image: imageId, env: Object.fromEntries(env), limits: limits ?? none })];
  });
  return buildFound({
    networks,
    volumes,
    containers,
    images: images.map(({ id, keys }) =>
      buildImage(
        keys.filter((key) => !key.startsWith("warm-")),
        { id },
      ),
    ),
    settings: new Map(settings),
  });
}

/** A file whose parts that are to be completed have lost the first `#` of each line, and nothing else. */
export function uncomment(text: string): string {
  let isBelow = false;
  const lines = text.split("\n").map((line, index, all) => {
    const isStart = [line, all[index + 1] ?? ""].some((one) => one.includes("# To be completed by hand"));
    isBelow = line !== "" && (isBelow || (isStart && /^ *# /.test(line)));
    return isBelow ? line.replace("# ", "") : line;
  });
  return lines.join("\n");
}

export function buildImage(references: readonly string[], parts: Partial<FoundImage> = {}): FoundImage {
  return { id: `sha256:${references.join()}`, references, labels: {}, command: undefined, ...parts };
}

/** A container that cyanprint has made from an image of the host. */
export function byCyanprint(name: string, parts: Partial<ObservedContainer> = {}): ObservedContainer {
  return buildForeignContainer({ id: `id-of-${name}`, name, labels: CYANPRINT, ...parts });
}

export const volumeOf = (name: string, labels: Readonly<Record<string, string>> = CYANPRINT) => ({
  name,
  driver: "local",
  createdAt: "2026-01-01T00:00:00Z",
  labels,
});
