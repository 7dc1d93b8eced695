import { execFile } from "node:child_process";
import { existsSync, lstatSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, realpath, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { withLock } from "./bootstrap/set-up-lock.mjs";
import { tempDirPrefix } from "./bootstrap/temp-dirs.mjs";

const run = promisify(execFile);
const wanted = "minetest-server";
/** Below node_modules: what a run leaves there goes with the checkout, and nothing is installed on the machine. */
const cache = resolve(import.meta.dirname, "../../node_modules/.cache/worldgen-engine", process.arch);
const programs = ["apt-get", "dpkg-deb"];
/** What apt says is read. */
const aptEnv = { ...process.env, LC_ALL: "C" };

/** The engine's files as they stand in an image, below `dir`; or why there are none, for people. */
export type WorldgenEngine = { kind: "found"; dir: string } | { kind: "missing"; reason: string };

/**
 * The Minetest server of Debian's package with the libraries that it loads and its Lua folder. They are taken from the
 * mirrors that this machine's apt knows, once; neither root nor an installation is needed.
 *
 * @throws Error when the packages are known and cannot be fetched or unpacked
 */
export async function findWorldgenEngine(): Promise<WorldgenEngine> {
  if (existsSync(cache)) return { kind: "found", dir: cache };
  const absent = programs.filter((program) => !isProgram(program));
  if (absent.length > 0)
    return { kind: "missing", reason: `needs Debian's package ${wanted}; ${absent.join(" and ")} not found` };
  return withLock("worldgen-engine", async () => {
    if (!existsSync(cache)) {
      const problem = await fillCache();
      if (problem !== undefined) return { kind: "missing", reason: problem };
    }
    return { kind: "found", dir: cache };
  });
}

/** Several runs may do this at once: the first one that is done wins. @returns why it cannot be done */
async function fillCache(): Promise<string | undefined> {
  const work = await mkdtemp(tempDirPrefix("worldgen"));
  // Beside the cache, for the rename; by our pid, so that a later run of that pid takes away what a killed one left.
  const collected = `${cache}-${process.pid}`;
  try {
    console.error(`warm rig: fetching ${wanted} (about 25 MB) from this machine's apt mirrors`);
    const packages = await download(join(work, "apt"));
    if (!packages) return `apt knows no package ${wanted} here; Debian 12 has it`;
    for (const file of packages) await run("dpkg-deb", ["-x", file, join(work, "unpacked")]);
    await rm(collected, { recursive: true, force: true });
    await collect(join(work, "unpacked"), collected);
    await rename(collected, cache).catch((error: unknown) => {
      if (!existsSync(cache)) throw error;
    });
    return undefined;
  } finally {
    await Promise.all([work, collected].map((dir) => rm(dir, { recursive: true, force: true })));
  }
}

/**
 * Fetches the package and all libraries that it depends on, as if nothing were installed: the image is the same on every
 * machine. apt's lists and files are our own, so that the machine's are not touched.
 *
 * @returns the packages' files; undefined when the mirrors answer and have no such package
 */
async function download(dir: string): Promise<string[] | undefined> {
  for (const folder of ["lists/partial", "archives/partial"])
    await mkdir(join(dir, folder), { recursive: true });
  await writeFile(join(dir, "status"), "");
  const options = Object.entries({
    "Dir::State": dir,
    "Dir::State::status": join(dir, "status"),
    "Dir::Cache": dir,
    "APT::Sandbox::User": "root",
    "Acquire::Languages": "none",
    "Acquire::Retries": "3",
  }).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  const apt = (...args: string[]) =>
    run("apt-get", [...options, "-q", ...args], { cwd: dir, maxBuffer: 2 ** 26, env: aptEnv });
  const update = await apt("update");
  const install = ["install", "-y", "--no-install-recommends", "--print-uris", wanted];
  const listed = await apt(...install).catch((error: unknown) => {
    const isUnknown = String(error).includes("Unable to locate package");
    // A mirror that does not answer is a warning to apt, and then it knows no packages.
    if (!isUnknown || update.stderr.includes("Failed to fetch"))
      throw new Error(`${error}\n${update.stderr}`);
    return undefined;
  });
  if (!listed) return undefined;
  const names = [...listed.stdout.matchAll(/^'[^']*' ([^_\s]+)_/gm)].map(([, name = ""]) => name);
  const needed = names.filter((name) => /^(lib|zlib1g|minetest-)/.test(name) && !name.includes("perl"));
  await apt("download", ...needed);
  return readdirSync(dir)
    .filter((name) => name.endsWith(".deb"))
    .sort()
    .map((name) => join(dir, name));
}

/** Copies what the server needs, and nothing else, to where it looks for it. */
async function collect(from: string, to: string): Promise<void> {
  const server = join(from, "usr/lib/minetest/minetestserver");
  await cp(server, join(to, "worldgen/minetestserver"));
  const share = "usr/share/games/minetest/builtin";
  await cp(join(from, share), join(to, share), { recursive: true });
  for (const { path, source } of await listLibraries(from, server))
    await cp(await realpath(source), join(to, path));
}

/** Asks the loader of the unpacked packages, which may be another one than this machine's. */
async function listLibraries(root: string, server: string): Promise<{ path: string; source: string }[]> {
  const folders = ["lib", "usr/lib"]
    .filter((parent) => existsSync(join(root, parent)) && !lstatSync(join(root, parent)).isSymbolicLink())
    .flatMap((parent) => readdirSync(join(root, parent)).map((name) => join(root, parent, name)))
    .filter((folder) => folder.endsWith("-linux-gnu"));
  const loader = folders
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .find((file) => /\/ld-linux[^/]*\.so\.\d+$/.test(file));
  if (!loader) throw new Error("the unpacked packages hold no loader");
  const { stdout } = await run(loader, ["--library-path", folders.join(":"), "--list", server]);
  const libraries = [...stdout.matchAll(/^\s*(\S+) => (\S+)/gm)].map(([, name = "", source = ""]) =>
    name.startsWith("/") ? { path: name.slice(1), source: loader } : { path: `lib/${name}`, source },
  );
  const foreign = libraries.filter(({ source }) => !source.startsWith(root));
  if (foreign.length > 0)
    throw new Error(`not in the packages: ${foreign.map(({ path }) => path).join(", ")}`);
  return libraries;
}

function isProgram(name: string): boolean {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/bin", "/bin"];
  return folders.some((folder) => existsSync(join(folder, name)));
}
