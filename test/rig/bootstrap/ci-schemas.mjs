import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { cp, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { cacheOf } from "./debian-packages.mjs";
import { withLock } from "./set-up-lock.mjs";
import { tempDirPrefix } from "./temp-dirs.mjs";

const run = promisify(execFile);
const name = "ci-schemas";

/** The published schemas that are carried by check-jsonschema, which keeps them up to date. */
const PACKAGE = "check-jsonschema==0.39.0";

/** The folder of `gitlab-ci.json`, `github-workflows.json` and `compose-spec.json`. */
export const ciSchemas = cacheOf(name);

/** What an environment says where they are not there: why they cannot be had, or why they could not be fetched. */
export const ciSchemasMissing = "WARM_RIG_CI_SCHEMAS_MISSING";
export const ciSchemasFailed = "WARM_RIG_CI_SCHEMAS_FAILED";

/**
 * Fetches them out of a Python package, which is unpacked and not installed. What goes wrong is only noted: most tests do
 * without.
 * @returns {Promise<Record<string, string>>} the environment for the tests that need them
 */
export async function fetchCiSchemas() {
  if (existsSync(ciSchemas)) return {};
  try {
    await run("python3", ["-m", "pip", "--version"]);
  } catch {
    return { [ciSchemasMissing]: "they are taken from a Python package, and there is no python3 with pip" };
  }
  try {
    await withLock(name, fillCache);
    return {};
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    console.error(`warm rig: fetching ${PACKAGE} failed: ${why}`);
    return { [ciSchemasFailed]: why };
  }
}

async function fillCache() {
  if (existsSync(ciSchemas)) return;
  const work = await mkdtemp(tempDirPrefix(name));
  const collected = `${ciSchemas}.new`;
  try {
    console.error(`warm rig: fetching ${PACKAGE} for the schemas of CI files; nothing is installed`);
    await run("python3", ["-m", "pip", "download", "--quiet", "--no-deps", "--dest", work, PACKAGE]);
    const [wheel = ""] = readdirSync(work);
    await run("python3", ["-m", "zipfile", "-e", join(work, wheel), join(work, "unpacked")]);
    await rm(collected, { recursive: true, force: true });
    await mkdir(collected, { recursive: true });
    const vendored = join(work, "unpacked/check_jsonschema/builtin_schemas/vendor");
    for (const file of ["gitlab-ci.json", "github-workflows.json", "compose-spec.json"])
      await cp(join(vendored, file), join(collected, file));
    await rename(collected, ciSchemas);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
