import { execFile } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { cp, realpath } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheOf, fetchDebianFiles } from "./debian-packages.mjs";
import { SetUpError } from "./run-quietly.mjs";

const run = promisify(execFile);
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
    wanted: "minetest-server",
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

/**
 * Asks the loader of the unpacked packages, which may be another one than this machine's.
 * @param {string} root
 * @param {string} server
 */
async function listLibraries(root, server) {
  const folders = ["lib", "usr/lib"]
    .filter((parent) => existsSync(join(root, parent)) && !lstatSync(join(root, parent)).isSymbolicLink())
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => folder.endsWith("-linux-gnu"));
  const loader = folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file));
  if (!loader) throw new SetUpError("the unpacked packages hold no loader");
  const { stdout } = await run(loader, ["--library-path", folders.join(":"), "--list", server]);
  const libraries = [...stdout.matchAll(/^\s*(\S+) => (\S+)/gm)].map(([, name = "", source = ""]) =>
    name.startsWith("/") ? { path: name.slice(1), source: loader } : { path: `lib/${name}`, source },
  );
  const foreign = libraries.filter(({ source }) => !source.startsWith(root));
  if (foreign.length > 0)
    throw new SetUpError(`not in the packages: ${foreign.map(({ path }) => path).join(", ")}`);
  return libraries;
}
