import { existsSync } from "node:fs";
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { cacheOf, fetchDebianFiles } from "./debian-packages.mjs";

const name = "shells";

/** Where zsh and fish stand as in a root file system, `usr/bin/fish`, with the libraries that few machines have. */
export const shellsDir = cacheOf(name);

/** What an environment says where they are not there: why they cannot be had, or why they could not be fetched. */
export const shellsMissing = "WARM_RIG_SHELLS_MISSING";
export const shellsFailed = "WARM_RIG_SHELLS_FAILED";

/**
 * Fetches the shells for which there are completion scripts, out of Debian's packages.
 * @returns {Promise<Record<string, string>>} the environment for the tests that need them
 */
export function fetchShells() {
  return fetchDebianFiles({
    name,
    wanted: ["zsh", "fish"],
    purpose: "the tests of completion (about 7 MB)",
    debian: "Debian 12",
    variables: { missing: shellsMissing, failed: shellsFailed },
    isNeeded: (one) => /^(zsh|zsh-common|fish|fish-common|libpcre2-32-0|libcap2|libtinfo6)$/.test(one),
    collect: async (unpacked, collected) => {
      for (const folder of [
        "bin",
        "lib",
        "usr/bin",
        "usr/lib",
        "usr/share/fish",
        "usr/share/zsh",
        "etc/fish",
      ]) {
        const from = join(unpacked, folder);
        if (existsSync(from))
          await cp(from, join(collected, folder), { recursive: true, verbatimSymlinks: true });
      }
    },
  });
}
