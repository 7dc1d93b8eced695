import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runQuietly } from "./run-quietly.mjs";

/**
 * `npm ci`, unless node_modules is what package-lock.json asks for, whoever installed it.
 * @param {string} projectDir
 * @throws {import("./run-quietly.mjs").SetUpError} when npm fails
 */
export async function installModules(projectDir) {
  const wanted = readPackages(join(projectDir, "package-lock.json"));
  // npm's own record of what it has installed, written when it is done.
  const installed = readPackages(join(projectDir, "node_modules", ".package-lock.json"));
  const isComplete = Object.entries(wanted).every(([path, { version, optional, devOptional }]) => {
    const isForAnotherPlatform = !installed[path] && (optional || devOptional);
    return path === "" || isForAnotherPlatform || installed[path]?.version === version;
  });
  if (isComplete) return;
  const npmCi = ["npm", "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund"];
  await runQuietly("installing node packages (npm ci)", npmCi, { cwd: projectDir, tied: true });
}

/**
 * @param {string} lockFile may be missing
 * @returns {Record<string, { version?: string, optional?: boolean, devOptional?: boolean }>} by path, "" is the project
 */
function readPackages(lockFile) {
  return existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, "utf8")).packages : {};
}

/**
 * `npm run build`, unless dist was built from these very sources. WARM_RIG_SKIP_BUILD=1 leaves dist as it is.
 * @param {string} projectDir
 * @throws {import("./run-quietly.mjs").SetUpError} when the build fails
 */
export async function buildProject(projectDir) {
  if (process.env.WARM_RIG_SKIP_BUILD === "1") {
    console.error("warm rig: the build is skipped (WARM_RIG_SKIP_BUILD=1)");
    return;
  }
  // Not in dist, which is published.
  const stamp = join(projectDir, "node_modules", ".warm-build-sha256");
  const sources = [...listFiles(projectDir, "src"), ...listFiles(projectDir, "schemas"), "package.json"];
  const wanted = hashFiles(projectDir, sources);
  if (readStamp(stamp) === wanted && existsSync(join(projectDir, "dist"))) return;
  rmSync(stamp, { force: true });
  await runQuietly("building (npm run build)", ["npm", "run", "build"], { cwd: projectDir, tied: true });
  writeFileSync(stamp, wanted);
}

/** @param {string} file */
function readStamp(file) {
  return existsSync(file) ? readFileSync(file, "utf8") : undefined;
}

/**
 * @param {string} dir
 * @param {string} folder below `dir`; may be missing
 * @returns {string[]} paths below `dir`
 */
function listFiles(dir, folder) {
  if (!existsSync(join(dir, folder))) return [];
  return readdirSync(join(dir, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? listFiles(dir, path) : [path];
  });
}

/**
 * @param {string} dir
 * @param {string[]} paths below `dir`
 * @returns {string} one hash over names and contents, whatever the order of `paths`
 */
function hashFiles(dir, paths) {
  const hash = createHash("sha256");
  for (const path of [...paths].sort()) {
    const content = readFileSync(join(dir, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex");
}
