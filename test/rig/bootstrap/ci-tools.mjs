import { cp, mkdir, realpath, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { cacheOf, fetchDebianFiles } from "./debian-packages.mjs";
import { listLibraries } from "./linked-libraries.mjs";

const name = "ci-tools";

/** What checks the examples for pull requests and services, and what their scripts call. */
const PROGRAMS = /** @type {const} */ (["shellcheck", "systemd-analyze", "jq", "curl"]);

/** The folder of these programs, as for PATH. They bring their libraries along. */
export const ciToolsBin = join(cacheOf(name), "bin");

/** systemd's own units, which others refer to. */
export const systemdUnits = join(cacheOf(name), "units");

/** What an environment says where they are not there: why they cannot be had, or why they could not be fetched. */
export const ciToolsMissing = "WARM_RIG_CI_TOOLS_MISSING";
export const ciToolsFailed = "WARM_RIG_CI_TOOLS_FAILED";

/** @returns {Promise<Record<string, string>>} the environment for the tests that need them */
export function fetchCiTools() {
  return fetchDebianFiles({
    name,
    wanted: ["shellcheck", "systemd", "jq", "curl"],
    purpose: "the checks of workflows and units (about 25 MB)",
    debian: "Debian 12",
    variables: { missing: ciToolsMissing, failed: ciToolsFailed },
    isNeeded: (one) => /^(lib|zlib1g|shellcheck$|systemd$|jq$|curl$)/.test(one),
    collect,
  });
}

/**
 * Each program gets a script that starts it with the libraries of its packages, whatever this machine has.
 * @param {string} from
 * @param {string} to
 */
async function collect(from, to) {
  for (const folder of ["bin", "lib", "libexec"]) await mkdir(join(to, folder), { recursive: true });
  for (const program of PROGRAMS) {
    const file = join(from, "usr/bin", program);
    await cp(file, join(to, "libexec", program));
    let loader = "";
    for (const { path, source, isLoader } of await listLibraries(from, file)) {
      await cp(await realpath(source), join(to, "lib", basename(path)));
      if (isLoader) loader = basename(path);
    }
    const script = `#!/bin/sh
here=\${0%/*}/..
exec "$here/lib/${loader}" --library-path "$here/lib" "$here/libexec/${program}" "$@"
`;
    await writeFile(join(to, "bin", program), script, { mode: 0o755 });
  }
  await cp(join(from, "lib/systemd/system"), join(to, "units"), { recursive: true, verbatimSymlinks: true });
}
