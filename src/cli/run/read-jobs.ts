import { WarmError } from "../../errors.js";
import { makeVisible } from "../../report/text/make-visible.js";
import { formatCount } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";
import { findEachParam } from "./find-each-param.js";
import { hasObjects, readEach } from "./read-each.js";
import type { Params } from "./read-params.js";

interface EachOptions {
  readonly each?: string;
  readonly eachParam?: string;
}

/**
 * What is asked for: one job, or one for each line of a file.
 * @param given what all of them have
 * @throws WarmError `usage`; ConfigError when warm.yaml has to say what the lines mean
 */
export async function readJobs(
  context: CommandContext,
  { each, eachParam }: EachOptions,
  pool: string,
  given: Params,
): Promise<readonly Params[]> {
  if (each === undefined) {
    if (eachParam === undefined) return [given];
    throw new WarmError("usage", "`--each-param` says what the lines of a file give, and there is none", {
      hint: "name the file with `--each FILE`",
    });
  }
  if (hasObjects(each) && eachParam !== undefined)
    throw new WarmError(
      "usage",
      "`--each-param` means nothing beside a `.jsonl` file, whose lines name their parameters",
    );
  const param = hasObjects(each) ? undefined : (eachParam ?? (await findEachParam(context, pool, given)));
  if (param !== undefined && Object.hasOwn(given, param))
    throw new WarmError("usage", `${makeVisible(param)} is given once for all, and by each line`);
  const { params, skipped } = await readEach(each, param, context.cwd);
  if (skipped > 0)
    context.terminal.note(`${makeVisible(each)}: ${formatCount(skipped, "empty line")} skipped.`);
  // What a line says counts more than what was said for all.
  return params.map((one) => ({ ...given, ...one }));
}
