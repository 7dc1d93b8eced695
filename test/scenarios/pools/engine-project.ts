import type { ImageOptions } from "../../rig/images.js";
import type { Sandbox } from "../../rig/sandbox.js";

/** What a test wants of one pool beyond its image. Each value is YAML. */
export interface PoolSettings {
  /** Default `game`. */
  readonly pool?: string;
  /** Default an image of the catalogue's engine. */
  readonly image?: string;
  /** What the catalogue's engine is like, where no image is named. */
  readonly engine?: ImageOptions["engine"];
  /** Instead of the catalogue's engine, its game. */
  readonly game?: ImageOptions["game"];
  /** Default 3. */
  readonly size?: number | string;
  /** Default the line that the catalogue's engine prints. */
  readonly ready?: string;
  /** More lines of the pool, each `key: value`. */
  readonly lines?: readonly string[];
  /** More lines of the file, above the pools. */
  readonly head?: readonly string[];
}

export interface EngineProject {
  readonly pool: string;
  readonly image: string;
  /** Docker's name of the engine in a slot. */
  readonly nameOf: (slot: number) => string;
  readonly addressOf: (slot: number) => string;
}

/** Writes warm.yaml with one pool and says what everything is called. */
export async function writeEngineProject(
  sandbox: Sandbox,
  settings: PoolSettings = {},
): Promise<EngineProject> {
  const { pool = "game", size = 3, lines = [], head = [] } = settings;
  const image = settings.image ?? (await buildEngine(sandbox, settings));
  const ready = settings.ready ?? '{ log: "Game server connected", timeout: 20s }';
  const { project, prefix, network } = sandbox;
  const top = ["version: 1", `project: ${project}`, `prefix: ${prefix}`, `network: ${network}`, ...head];
  const block = [`image: ${image}`, `size: ${size}`, `ready: ${ready}`, ...lines].map(
    (line) => `    ${line}`,
  );
  sandbox.writeConfig(`${[...top, "engines:", `  ${pool}:`, ...block].join("\n")}\n`);
  return {
    pool,
    image,
    nameOf: (slot) => `${prefix}-engine-${pool}-${slot}`,
    addressOf: (slot) => `engine.${pool}/${slot}`,
  };
}

function buildEngine(sandbox: Sandbox, { game, engine }: PoolSettings): Promise<string> {
  return game === undefined
    ? sandbox.image("engine", { ...engine, to: "both" })
    : sandbox.image("game", { ...game, to: "both" });
}

/** Names, labels and states of the sandbox's engines, by name. */
export async function listEngines({ docker, prefix }: Sandbox) {
  const all = await docker.listContainers({ all: true });
  return all
    .map(({ Id, Names, State, Labels }) => ({
      id: Id,
      name: Names[0]?.slice(1) ?? "",
      state: State,
      labels: Labels,
    }))
    .filter(({ name }) => name.startsWith(`${prefix}-engine-`))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
