import { existsSync } from "node:fs";
import { worldgenEngineDir, worldgenFailed, worldgenMissing } from "./bootstrap/worldgen-packages.mjs";

/** The engine's files as they stand in an image, below `dir`; or why there are none, for people. */
export type WorldgenEngine = { kind: "found"; dir: string } | { kind: "missing"; reason: string };

/**
 * What `bootstrap.mjs` fetched.
 * @throws Error when the packages are to be had and could not be fetched
 */
export function findWorldgenEngine(env: NodeJS.ProcessEnv = process.env): WorldgenEngine {
  if (existsSync(worldgenEngineDir)) return { kind: "found", dir: worldgenEngineDir };
  const failure = env[worldgenFailed];
  if (failure) throw new Error(`The world generator's packages could not be fetched: ${failure}`);
  return { kind: "missing", reason: env[worldgenMissing] ?? "it is fetched by test/rig/bootstrap.mjs" };
}
