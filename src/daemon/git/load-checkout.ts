import { realpath } from "node:fs/promises";
import { join, sep } from "node:path";
import { type LoadedConfig, loadConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import type { GitPlace } from "./git-place.js";
import type { Checkout } from "./git-store.js";

/**
 * Reads the file of a commit. Its relative paths start from the checkout, its `dataDir` from `dataBase`, since results are
 * to outlive the commit.
 * @throws ConfigError; WarmError `config-invalid` for a file that is not there, or whose link leads out of the checkout
 */
export async function loadCheckout(
  { commit, directory }: Checkout,
  { path, remote }: GitPlace,
  { env, dataBase }: { readonly env: NodeJS.ProcessEnv; readonly dataBase: string },
): Promise<LoadedConfig> {
  const root = await realpath(directory).catch(() => directory);
  const real = await realpath(join(directory, path)).catch(() => undefined);
  const where = `${path} in commit ${commit} of ${remote.shown}`;
  if (real === undefined)
    throw new WarmError("config-invalid", `${where} does not exist`, {
      hint: "commit one, or name another with `--path`",
    });
  if (!real.startsWith(root + sep))
    throw new WarmError("config-invalid", `${where} is a link that leads out of the repository`, {
      hint: "commit the file itself",
    });
  return loadConfig({ path, cwd: directory, env, dataBase });
}
