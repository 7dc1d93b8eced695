import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { requirePackages } from "../../rig/bootstrap/packages.mjs";
import { runQuietly, SetUpError } from "../../rig/bootstrap/run-quietly.mjs";
import { withLock } from "../../rig/bootstrap/set-up-lock.mjs";
import { builtFile, cacheDir, GO_PEERS } from "./peer-versions.mjs";

const run = promisify(execFile);

/**
 * Makes the tools that `npm run bench:peers` measures beside warm, as far as this machine can: Debian's docker-compose is
 * installed, those written in Go are built from their published modules, once for each version. What cannot be had is said, and
 * the benchmark goes on with what is there. To be done before a run goes into namespaces of its own, without a network.
 */
export async function buildPeers() {
  await unlessMissing("docker-compose of Debian", () =>
    requirePackages(["docker-compose"], "The benchmark of peers runs docker-compose of Debian."),
  );
  const missing = GO_PEERS.filter((peer) => !existsSync(builtFile(peer, process.env)));
  if (missing.length === 0) return;
  const go = await run("go", ["version"]).catch(() => undefined);
  if (!go) {
    const programs = missing.map(({ program }) => program).join(", ");
    console.error(
      `warm rig: there is no Go toolchain to build ${programs} with: taken from the PATH, if there`,
    );
    return;
  }
  for (const peer of missing)
    await unlessMissing(peer.program, () => withLock(`peer-${peer.program}`, () => buildPeer(peer)));
}

/**
 * @param {string} what
 * @param {() => Promise<void>} make
 */
async function unlessMissing(what, make) {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.error(`warm rig: ${what} is left out: ${error.message}`);
  }
}

/**
 * `go install module@version` refuses modules with `replace` lines, as these are. So the module is fetched by Go's own client and
 * built where that keeps it, as the main module; nothing is written there. The program appears complete: it is built beside
 * its place and renamed.
 * @param {import("./peer-versions.mjs").GoPeer} peer
 */
async function buildPeer(peer) {
  const { program, module, version, main, variables } = peer;
  const file = builtFile(peer, process.env);
  if (existsSync(file)) return; // another run has just built it
  const source = await fetchModule(`${module}@${version}`);
  await mkdir(cacheDir(process.env), { recursive: true });
  const work = await mkdtemp(join(cacheDir(process.env), "building-"));
  try {
    const flags = ["-s", "-w", ...variables.map((variable) => `-X ${variable}`)].join(" ");
    const go = ["nice", "go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags];
    const env = { ...process.env, CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" };
    const title = `building ${program} ${version} from its Go module (this takes minutes, once)`;
    await runQuietly(title, [...go, "-o", join(work, program), main], { cwd: source, env, tied: true });
    await rm(dirname(file), { recursive: true, force: true });
    await rename(work, dirname(file));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/**
 * @param {string} module with its version
 * @returns {Promise<string>} where its files are
 */
async function fetchModule(module) {
  console.error(`warm rig: fetching the Go module ${module}`);
  try {
    const { stdout } = await run("go", ["mod", "download", "-json", module], { cwd: "/" });
    return JSON.parse(stdout).Dir;
  } catch (error) {
    const { stdout = "", message = "" } = /** @type {Error & { stdout?: string }} */ (error);
    throw new SetUpError(`fetching ${module} failed: ${stdout || message}`);
  }
}
