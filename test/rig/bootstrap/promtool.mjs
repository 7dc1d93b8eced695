import { cp } from "node:fs/promises";
import { join } from "node:path";
import { cacheOf, fetchDebianFiles } from "./debian-packages.mjs";

const name = "promtool";

/** The program that checks Prometheus's files. */
export const promtoolFile = join(cacheOf(name), "promtool");

/** What an environment says where it is not there: why it cannot be had, or why it could not be fetched. */
export const promtoolMissing = "WARM_RIG_PROMTOOL_MISSING";
export const promtoolFailed = "WARM_RIG_PROMTOOL_FAILED";

/**
 * Fetches it out of Debian's package of Prometheus. It needs nothing beside the C library.
 * @returns {Promise<Record<string, string>>} the environment for the tests that need it
 */
export function fetchPromtool() {
  return fetchDebianFiles({
    name,
    wanted: ["prometheus"],
    purpose: "its promtool (about 20 MB)",
    debian: "Debian 12",
    variables: { missing: promtoolMissing, failed: promtoolFailed },
    isNeeded: (one) => one === "prometheus",
    collect: (unpacked, collected) =>
      cp(join(unpacked, "usr/bin/promtool"), join(collected, "promtool"), { preserveTimestamps: true }),
  });
}
