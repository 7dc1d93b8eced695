import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SetUpError } from "./run-quietly.mjs";
import { withLock } from "./set-up-lock.mjs";
import { tempDirPrefix } from "./temp-dirs.mjs";

const run = promisify(execFile);
const moduleDir = resolve(fileURLToPath(import.meta.url), "../../../../node_modules");

/**
 * Files out of Debian's packages that tests need.
 * @typedef {object} DebianFiles
 * @property {string} name of the cache's folder and of the lock
 * @property {string | readonly string[]} wanted the package or packages
 * @property {string} purpose what it is for, and how much is fetched, for people
 * @property {string} debian a release that has it, for people
 * @property {{ missing: string, failed: string }} variables what an environment says where the files are not there: why they
 *   cannot be had, or why they could not be fetched
 * @property {(packageName: string) => boolean} isNeeded of the packages and all that they depend on
 * @property {(unpacked: string, collected: string) => Promise<void>} collect copies what is kept from one folder to the other
 */

/**
 * Where the files stand. Below node_modules: what a run leaves there goes with the checkout, and nothing is installed on
 * the machine.
 * @param {string} name as in `DebianFiles`
 */
export function cacheOf(name) {
  return join(moduleDir, ".cache", name, process.arch);
}

/**
 * Fetches them from the mirrors that this machine's apt knows, once a checkout; neither root nor an installation is needed.
 * To be done before a run goes into namespaces of its own, from where no mirror is reached. Most tests do without: what
 * goes wrong is only noted.
 * @param {DebianFiles} files
 * @returns {Promise<Record<string, string>>} the environment for the tests that need them
 */
export async function fetchDebianFiles(files) {
  const { name, variables } = files;
  if (existsSync(cacheOf(name))) return {};
  const absent = ["apt-get", "dpkg-deb"].filter((program) => !isProgram(program));
  if (absent.length > 0)
    return {
      [variables.missing]: `it is taken from Debian's packages, and there is no ${absent.join(" and no ")}`,
    };
  try {
    const problem = await withLock(name, () => fillCache(files));
    return problem === undefined ? {} : { [variables.missing]: problem };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`warm rig: fetching ${name} failed: ${why}`);
    return { [variables.failed]: why };
  }
}

/**
 * @param {DebianFiles} files
 * @returns {Promise<string | undefined>} why it cannot be had here
 */
async function fillCache({ name, wanted, purpose, debian, isNeeded, collect }) {
  const cache = cacheOf(name);
  if (existsSync(cache)) return undefined;
  const names = [wanted].flat();
  const listed = names.join(" and ");
  const work = await mkdtemp(tempDirPrefix(name));
  // Beside the cache, for the rename. A killed run leaves it; only one process at a time comes here.
  const collected = `${cache}.new`;
  try {
    console.error(`warm rig: fetching ${listed} for ${purpose}; nothing is installed`);
    const packages = await download(join(work, "apt"), names, isNeeded);
    if (!packages) return `apt knows no package ${listed} here; ${debian} has it`;
    for (const file of packages) await run("dpkg-deb", ["-x", file, join(work, "unpacked")]);
    await rm(collected, { recursive: true, force: true });
    await mkdir(collected, { recursive: true });
    await collect(join(work, "unpacked"), collected);
    await rename(collected, cache);
    return undefined;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * Fetches packages and what is needed of all that they depend on, as if nothing were installed: the files are the same on
 * every machine. apt's lists and files are our own, so that the machine's are not touched.
 * @param {string} dir
 * @param {readonly string[]} wanted
 * @param {(packageName: string) => boolean} isNeeded
 * @returns {Promise<string[] | undefined>} the packages' files; undefined when the mirrors lack one of them
 */
async function download(dir, wanted, isNeeded) {
  for (const folder of ["lists/partial", "archives/partial"])
    await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, "status"), "");
  const apt = createApt(dir);
  const update = await apt("update");
  const install = ["install", "-y", "--no-install-recommends", "--print-uris", ...wanted];
  const listed = await apt(...install).catch((/** @type {unknown} */ error) => {
    const isUnknown = String(error).includes("Unable to locate package");
    // A mirror that does not answer is a warning to apt, and then it knows no packages.
    if (!isUnknown) throw error;
    if (update.stderr.includes("Failed to fetch")) throw new SetUpError(update.stderr.trim());
    return undefined;
  });
  if (!listed) return undefined;
  const names = [...listed.stdout.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name = ""]) => name);
  await apt("download", ...names.filter(isNeeded));
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

/** @param {string} name */
function isProgram(name) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/bin"];
  return folders.some((folder) => existsSync(join(folder, name)));
}
