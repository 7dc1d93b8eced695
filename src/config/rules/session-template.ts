import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { cut } from "../schema/show-value.js";
import { suggest } from "../suggest.js";
import type { Rule } from "./rule.js";

/** A session's template is declared in the same file. */
export const sessionTemplate: Rule = function* (draft, positions) {
  const declared = Object.keys(draft.templates ?? {});
  // A list in place of the map is a problem of its own: nothing can be said about what it declares.
  if (draft.templates === undefined && positions.has("/templates")) return;
  for (const [session, { template } = {}] of Object.entries(draft.sessions ?? {})) {
    // A template that does not fit the schema is still declared.
    if (template === undefined || positions.has(pointerTo("templates", template))) continue;
    yield findingAt(positions, pointerTo("sessions", session, "template"), "value", {
      rule: "session-template",
      message: `no template \`${cut(template)}\` is declared`,
      hint: suggest(template, declared, "declare it under `templates:`"),
    });
  }
};
