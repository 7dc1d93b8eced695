import {
  accessSync,
  closeSync,
  constants,
  mkdtempSync,
  openSync,
  readSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { delimiter, join } from "node:path";
import { runQuietly, SetUpError } from "./run-quietly.mjs";
import { withLock } from "./set-up-lock.mjs";
import { tempDirPrefix } from "./temp-dirs.mjs";

/** The program that each Debian package is needed for. */
const programs = {
  "docker.io": "dockerd",
  "docker-registry": "docker-registry",
  "busybox-static": "busybox",
  iptables: "iptables",
  iproute2: "ip",
  wrk: "wrk",
  git: "git",
  "openssh-client": "ssh-keygen",
  "docker-compose": "docker-compose",
};

/** Everything that Debian's maintainer scripts start or enable services with. */
const serviceTools = [
  "invoke-rc.d",
  "update-rc.d",
  "service",
  "systemctl",
  "deb-systemd-invoke",
  "deb-systemd-helper",
];

/**
 * Makes sure that the programs of these packages are there, by apt where we may.
 * @param {(keyof typeof programs)[]} packages
 * @param {string} situation a sentence: why they are needed now; the error begins with it
 * @param {{ asRoot?: boolean }} [options] asRoot: root on Linux is needed even if nothing is missing
 * @throws {SetUpError} when something is missing and cannot be installed
 */
export async function requirePackages(packages, situation, { asRoot = false } = {}) {
  const missing = packages.filter((name) => !isInstalled(name));
  const obstacles = [
    process.platform !== "linux" && asRoot && `this is ${process.platform}, not Linux`,
    process.getuid?.() !== 0 && (asRoot || missing.length > 0) && "this is not root",
    missing.length > 0 && !findProgram("apt-get") && "there is no apt-get",
  ].filter((obstacle) => obstacle !== false);
  if (obstacles.length > 0) throw new SetUpError(describeObstacles(situation, missing, obstacles, asRoot));
  if (missing.length > 0) await withLock("apt", () => installPackages(missing));
}

/**
 * @param {string} situation
 * @param {(keyof typeof programs)[]} missing
 * @param {string[]} obstacles
 * @param {boolean} asRoot
 */
function describeObstacles(situation, missing, obstacles, asRoot) {
  const names = missing.map((name) => `${programs[name]} (Debian package ${name})`).join(", ");
  const what = names ? `Missing: ${names}` : "Nothing is missing";
  const remedy = asRoot
    ? "Start Docker, or point DOCKER_HOST at its unix socket, or run this as root on Debian or Ubuntu."
    : `Install it (on Debian or Ubuntu: apt-get install ${missing.join(" ")}), or run this as root.`;
  return `${situation}\n${what}; it cannot be set up from here: ${obstacles.join(", ")}.\n${remedy}`;
}

/** @param {(keyof typeof programs)[]} names */
async function installPackages(names) {
  const missing = names.filter((name) => !isInstalled(name)); // another run may have just installed them
  if (missing.length === 0) return;
  // Programs of the same names, found first, that do nothing: the packages' services are neither started nor
  // enabled. Unlike a policy-rc.d file this leaves no trace on the host if we are killed in between.
  const shims = mkdtempSync(tempDirPrefix("apt"));
  for (const tool of serviceTools) writeFileSync(join(shims, tool), "#!/bin/sh\nexit 0\n", { mode: 0o755 });
  const path = [shims, process.env.PATH, "/usr/sbin", "/sbin"].join(delimiter);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  // apt gives dpkg a PATH of its own, not ours.
  const apt = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=300", "-o", `DPkg::Path=${path}`];
  try {
    await runQuietly("reading the package lists (apt-get update)", [...apt, "update"], { env });
    const install = [...apt, "install", "--no-install-recommends", ...missing];
    await runQuietly(`installing ${missing.join(" ")} (apt-get install)`, install, { env });
  } finally {
    rmSync(shims, { recursive: true, force: true });
  }
}

/** @param {keyof typeof programs} name */
function isInstalled(name) {
  const path = findProgram(programs[name]);
  return path !== undefined && (name !== "busybox-static" || isStatic(path));
}

/**
 * @param {string} name
 * @returns {string | undefined} its path
 */
function findProgram(name) {
  const dirs = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin", "/sbin", "/usr/bin", "/bin"];
  return dirs.map((dir) => join(dir, name)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * Whether an ELF file needs no dynamic loader, whose path would stand right behind the program headers.
 * @param {string} path
 */
function isStatic(path) {
  const head = Buffer.alloc(4096);
  const file = openSync(path, "r");
  readSync(file, head);
  closeSync(file);
  return !head.includes("/ld-");
}
