import { cp, realpath } from "node:fs/promises";
import { join } from "node:path";
import { cacheOf, fetchDebianFiles } from "./debian-packages.mjs";
import { listLibraries } from "./linked-libraries.mjs";

const name = "worldgen-engine";

/** The engine's files as they stand in an image. */
export const worldgenEngineDir = cacheOf(name);

/** What an environment says where the files are not there: why they cannot be had, or why they could not be fetched. */
export const worldgenMissing = "WARM_RIG_WORLDGEN_MISSING";
export const worldgenFailed = "WARM_RIG_WORLDGEN_FAILED";

/**
 * Fetches the Minetest server of Debian's package, the libraries that it loads and its Lua folder.
 * @returns {Promise<Record<string, string>>} the environment for the tests that need it
 */
export function fetchWorldgenEngine() {
  return fetchDebianFiles({
    name,
    wanted: ["minetest-server"],
    purpose: "the world generator (about 25 MB)",
    debian: "Debian 12",
    variables: { missing: worldgenMissing, failed: worldgenFailed },
    isNeeded: (one) => /^(lib|zlib1g|minetest-)/.test(one) && !one.includes("perl"),
    collect,
  });
}

/**
 * Copies what the server needs, and nothing else, to where it looks for it.
 * @param {string} from
 * @param {string} to
 */
async function collect(from, to) {
  const server = join(from, "usr/lib/minetest/minetestserver");
  await cp(server, join(to, "worldgen/minetestserver"));
  const share = "usr/share/games/minetest/builtin";
  await cp(join(from, share), join(to, share), { recursive: true });
  for (const { path, source } of await listLibraries(from, server))
    await cp(await realpath(source), join(to, path));
}
