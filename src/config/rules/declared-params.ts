import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import { findClosest } from "../suggest.js";
import type { Rule } from "./rule.js";

const PARAM = /\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

/** Every `{param}` of a job's texts is declared in its params. */
export const declaredParams: Rule = function* (draft, positions) {
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    if (job === undefined) continue;
    const base = pointerTo("engines", id, "job");
    // Params that are no map are a problem of their own.
    if (job.params === undefined && positions.has(`${base}/params`)) continue;
    const declared = Object.keys(job.params ?? {});
    for (const [path, text] of textsWithParams(job)) {
      for (const [, name = ""] of text.matchAll(PARAM)) {
        if (positions.has(`${base}${pointerTo("params", name)}`)) continue;
        const closest = findClosest(name, declared);
        yield findingAt(positions, base + path, "value", {
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

function* textsWithParams(job: NonNullable<DraftEngine["job"]>): Generator<[path: string, text: string]> {
  if (typeof job.command === "string") yield ["/command", job.command];
  else for (const [index, argument] of (job.command ?? []).entries()) yield [`/command/${index}`, argument];
  if (job.key !== undefined) yield ["/key", job.key];
  for (const part of ["confirm", "done"] as const) {
    const { log, file } = job[part] ?? {};
    if (log !== undefined) yield [`/${part}/log`, log];
    if (file?.path !== undefined) yield [`/${part}/file/path`, file.path];
    if (file?.contains !== undefined) yield [`/${part}/file/contains`, file.contains];
  }
}
