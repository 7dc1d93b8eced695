import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import type { Rule } from "./rule.js";

/** A job in parts says how they become one result, and the part's number is nobody else's name. */
export const jobChunks: Rule = function* (draft, positions) {
  for (const [id, { job } = {}] of Object.entries(draft.engines ?? {})) {
    if (job === undefined) continue;
    const at = pointerTo("engines", id, "job");
    const hasChunks = positions.has(`${at}/chunks`);
    if (hasChunks !== positions.has(`${at}/merge`))
      yield findingAt(positions, hasChunks ? `${at}/chunks` : `${at}/merge`, "key", {
        rule: "job-chunks",
        message: hasChunks ? "nothing makes one result of the parts" : "there are no parts to merge",
        hint: hasChunks
          ? 'add `merge: { exec: [node, merge.mjs, "{dir}"] }`'
          : "leave `merge` out, or add `chunks`",
      });
    const { param } = job.chunks ?? {};
    if (param === undefined || !positions.has(`${at}${pointerTo("params", param)}`)) continue;
    yield findingAt(positions, `${at}/chunks/param`, "value", {
      rule: "job-chunks",
      message: `the parameter \`${param}\` is declared in \`params\` too`,
      hint: "leave it out there: it gets the number of the part",
    });
  }
};
