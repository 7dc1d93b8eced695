import { GAME_TIMINGS } from "../rig/game-recipe.js";
import { buildImage } from "../rig/images.js";
import { pushImage } from "../rig/push-image.js";
import type { BenchHost } from "./bench-project.js";
import type { BenchPool } from "./jobs-pools.js";

/** So many times faster than the documented timings. */
export const SCALE = 50;
export const READY = "Game server connected";
export const DONE = "ALL EXPORTS COMPLETE";
export const RAW = "/config/worlds_local";
export const EXTRACTED = "/config/world_data";

const { start, boot, load, generate, export: exporting, shutdown } = GAME_TIMINGS;
/** What a request takes at least, ms: where the engine is warm, where it has to be started, where it is started per job. */
export const LIMITS = {
  warm: (load + generate + exporting) / SCALE,
  first: (start + boot + load + generate + exporting) / SCALE,
  /** A world that is named at the start is loaded in no time. */
  startPerJob: (start + boot + generate + exporting + shutdown) / SCALE,
} as const;

const OUTPUTS = [
  `{ from: ${RAW}, to: raw, require: ["*.db", "*.fwl"] }`,
  `{ from: ${EXTRACTED}, to: extracted, require: [biomes.json, heightmap.json] }`,
];

/** Each is taken out once the engine says that it is finished, while it goes on with the next. */
export const STREAMED = [
  `{ from: ${RAW}, to: raw, require: ["*.db", "*.fwl"], ready: { log: exported raw } }`,
  `{ from: ${EXTRACTED}/biomes.json, to: biomes, require: [biomes.json], ready: { log: exported biomes.json } }`,
  `{ from: ${EXTRACTED}/heightmap.json, to: heightmap, require: [heightmap.json], ready: { log: exported heightmap.json } }`,
];

export async function pushGame(host: BenchHost, scale: number): Promise<string> {
  return pushImage(host.registry, `jobs/game:${scale}`, await buildImage("game", { scale }));
}

/** A pool of the simulated game. */
export function gamePool(
  image: string,
  size: string,
  { outputs = OUTPUTS, driver = consoleDriver() }: { outputs?: string[]; driver?: string[] } = {},
): BenchPool {
  return {
    ...{ image, size, ready: READY, reset: ["reset-world"] },
    verify: ["sh", "-c", `test -z "$(ls -A ${RAW})"`],
    job: [...driver, 'confirm: { log: "world seed: {seed}" }', `outputs: [${outputs.join(", ")}]`],
  };
}

function consoleDriver(): string[] {
  return ["driver: console", 'command: "load_world {seed}"', `done: { log: ${DONE} }`];
}
