import { execFile } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SetUpError } from "./run-quietly.mjs";
import { withLock } from "./set-up-lock.mjs";
import { tempDirPrefix } from "./temp-dirs.mjs";

const run = promisify(execFile);
const wanted = "minetest-server";
const moduleDir = resolve(fileURLToPath(import.meta.url), "../../../../node_modules");

/**
 * The engine's files as they stand in an image. Below node_modules: what a run leaves there goes with the checkout, and
 * nothing is installed on the machine.
 */
export const worldgenEngineDir = join(moduleDir, ".cache/worldgen-engine", process.arch);

/** What an environment says where the files are not there: why they cannot be had, or why they could not be fetched. */
export const worldgenMissing = "WARM_RIG_WORLDGEN_MISSING";
export const worldgenFailed = "WARM_RIG_WORLDGEN_FAILED";

/**
 * Fetches the Minetest server of Debian's package, the libraries that it loads and its Lua folder from the mirrors that
 * this machine's apt knows, once a checkout; neither root nor an installation is needed. To be done before a run goes into
 * namespaces of its own, from where no mirror is reached. Most tests do without: what goes wrong is only noted.
 * @returns {Promise<Record<string, string>>} the environment for the tests that need it
 */
export async function fetchWorldgenEngine() {
  if (existsSync(worldgenEngineDir)) return {};
  const absent = ["apt-get", "dpkg-deb"].filter((program) => !isProgram(program));
  if (absent.length > 0)
    return {
      [worldgenMissing]: `it is taken from Debian's packages, and there is no ${absent.join(" and no ")}`,
    };
  try {
    const problem = await withLock("worldgen-engine", () => fillCache());
    return problem === undefined ? {} : { [worldgenMissing]: problem };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`warm rig: fetching ${wanted} failed: ${why}`);
    return { [worldgenFailed]: why };
  }
}

/** @returns {Promise<string | undefined>} why it cannot be had here */
async function fillCache() {
  if (existsSync(worldgenEngineDir)) return undefined;
  const work = await mkdtemp(tempDirPrefix("worldgen"));
  // Beside the cache, for the rename. A killed run leaves it; only one process at a time comes here.
  const collected = `${worldgenEngineDir}.new`;
  try {
    console.error(`warm rig: fetching ${wanted} for the world generator (about 25 MB; nothing is installed)`);
    const packages = await download(join(work, "apt"));
    if (!packages) return `apt knows no package ${wanted} here; Debian 12 has it`;
    for (const file of packages) await run("dpkg-deb", ["-x", file, join(work, "unpacked")]);
    await rm(collected, { recursive: true, force: true });
    await collect(join(work, "unpacked"), collected);
    await rename(collected, worldgenEngineDir);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Fetches the package and all libraries that it depends on, as if nothing were installed: the image is the same on every
 * machine. apt's lists and files are our own, so that the machine's are not touched.
 * @param {string} dir
 * @returns {Promise<string[] | undefined>} the packages' files; undefined when the mirrors have no such package
 */
async function download(dir) {
  for (const folder of ["lists/partial", "archives/partial"])
    await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, "status"), "");
  const apt = createApt(dir);
  const update = await apt("update");
  const install = ["install", "-y", "--no-install-recommends", "--print-uris", wanted];
  const listed = await apt(...install).catch((/** @type {unknown} */ error) => {
    const isUnknown = String(error).includes("Unable to locate package");
    // A mirror that does not answer is a warning to apt, and then it knows no packages.
    if (!isUnknown) throw error;
    if (update.stderr.includes("Failed to fetch")) throw new SetUpError(update.stderr.trim());
    return undefined;
  });
  if (!listed) return undefined;
  const names = [...listed.stdout.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name = ""]) => name);
  const needed = names.filter((name) => /^(lib|zlib1g|minetest-)/.test(name) && !name.includes("perl"));
  await apt("download", ...needed);
  const files = readdirSync(dir).filter((name) => name.endsWith(".deb"));
  return files.sort().map((name) => join(dir, name));
}

/** @param {string} dir */
function createApt(dir) {
  const options = Object.entries({
    "Dir::State": dir,
    "Dir::State::status": join(dir, "status"),
    "Dir::Cache": dir,
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  // What it says is read.
  const env = { ...process.env, LC_ALL: "C" };
  return (/** @type {string[]} */ ...args) =>
    run("apt-get", [...options, "-q", ...args], { cwd: dir, maxBuffer: 2 ** 26, env });
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

/** @param {string} name */
function isProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/bin"];
  return folders.some((folder) => existsSync(join(folder, name)));
}
