import { engineName, isQuarantineName } from "../../model/names.js";
import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { DEFAULTS } from "../normalize/defaults.js";
import type { Rule } from "./rule.js";

/** No engine is called what an engine is called that stands apart for a look at it. */
export const poolName: Rule = function* ({ prefix = DEFAULTS.prefix, engines }, positions) {
  for (const id of Object.keys(engines ?? {})) {
    const name = engineName(prefix, id, 1);
    if (!isQuarantineName(name)) continue;
    yield findingAt(positions, pointerTo("engines", id), "key", {
      rule: "pool-name",
      message: `its engines, such as \`${name}\`, would be taken for quarantined ones`,
      hint: "choose a name and a prefix without `--warm-quarantine`",
    });
  }
};
