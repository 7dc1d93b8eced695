import { WarmError } from "../errors.js";
import type { JobSpec, ParamValue, Witness } from "../model/job.js";
import { fillText } from "./fill-text.js";

type Params = Readonly<Record<string, ParamValue>>;

/**
 * A parameter in a path of the engine is one name there, or a piece of one: it leads to no other folder. In a pattern it
 * stands for itself.
 * @throws WarmError `usage`
 */
export function checkPaths(pool: string, { confirm, done, outputs }: JobSpec, params: Params): void {
  const witnesses = [confirm, done, ...outputs.map(({ ready }) => ready)];
  for (const path of [...outputs.map(({ from }) => from), ...witnesses.flatMap(pathOf)]) {
    const names = fillText(path, params).split("/");
    const isOneName = names.length === path.split("/").length && !names.slice(1).some(leadsElsewhere);
    if (!isOneName && fillText(path, params) !== path)
      throw new WarmError("usage", `${pool}: a parameter leads elsewhere than to a name in \`${path}\``, {
        hint: "a value that stands in a path holds no `/` and is neither empty nor `.` nor `..`",
      });
  }
  for (const pattern of outputs.flatMap(({ require }) => require)) {
    if (countSpecial(fillText(pattern, params)) === countSpecial(pattern)) continue;
    throw new WarmError("usage", `${pool}: a parameter makes another pattern of \`${pattern}\``, {
      hint: "a value that stands in `require` holds neither `*` nor `/`",
    });
  }
}

const pathOf = (witness: Witness | undefined) => (witness?.type === "file" ? [witness.path] : []);
const leadsElsewhere = (name: string) => name === "" || name === "." || name === ".." || name.includes("\0");
const countSpecial = (text: string) => text.replace(/[^*/]/g, "").length;
