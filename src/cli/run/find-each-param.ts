import { loadConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";
import type { Params } from "./read-params.js";

const HINT = "name the parameter that the lines are for with `--each-param NAME`";

/**
 * The parameter that lines of a file give when none is named: the only one of the pool that has to be given and is not.
 * @throws ConfigError for warm.yaml; WarmError `usage` when it is not clear which one
 */
export async function findEachParam(
  { global, cwd, env }: CommandContext,
  pool: string,
  given: Params,
): Promise<string> {
  const { config } = await loadConfig({ path: global.file, cwd, env });
  const job = config.engines.find(({ id }) => id === pool)?.job;
  if (job === undefined)
    throw new WarmError(
      "usage",
      `${makeVisible(global.file)} declares no job of a pool ${makeVisible(pool)}`,
      {
        hint: HINT,
      },
    );
  const open = job.params.filter(
    ({ name, default: value }) => value === undefined && !Object.hasOwn(given, name),
  );
  const [only] = open;
  if (only !== undefined && open.length === 1) return only.name;
  const which =
    open.length === 0
      ? "no parameter that has to be given is left"
      : `${open.map(({ name }) => name).join(", ")} all have to be given`;
  throw new WarmError(
    "usage",
    `it is not clear which parameter of ${makeVisible(pool)} the lines give: ${which}`,
    {
      hint: open.length === 0 ? HINT : `${HINT}, and give the others as \`name=value\``,
    },
  );
}
