import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { type JobText, textsOfJob } from "../job-texts.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import { findClosest } from "../suggest.js";
import type { Rule } from "./rule.js";

const PARAM = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;
/** What commands on the host may name besides: the job's folder. */
const DIR = "dir";

/** Every `{param}` of a job's texts is declared in its params. */
export const declaredParams: Rule = function* (draft, positions) {
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    if (job === undefined) continue;
    const base = pointerTo("engines", id, "job");
    // Params that are no map are a problem of their own.
    if (job.params === undefined && positions.has(`${base}/params`)) continue;
    const isDeclared = (name: string) => positions.has(`${base}${pointerTo("params", name)}`);
    for (const text of textsOfJob(job)) {
      for (const [, name = ""] of text.text.matchAll(PARAM)) {
        if (isDeclared(name) || isGiven(name, text, job)) continue;
        const closest = findClosest(name, Object.keys(job.params ?? {}));
        yield findingAt(positions, base + text.pointer, "value", {
          rule: "declared-params",
          message: `the parameter \`{${name}}\` is not declared`,
          hint:
            closest === undefined
              ? `declare it: \`params: { ${name}: { type: string } }\``
              : `did you mean \`{${closest}}\`?`,
        });
      }
    }
  }
};

/** By warm itself. The number of a part is no part of the whole's key, and unknown where parts are one again. */
function isGiven(name: string, { place }: JobText, { chunks }: NonNullable<DraftEngine["job"]>): boolean {
  if (place === "host") return name === DIR;
  return place === "engine" && name === chunks?.param;
}
