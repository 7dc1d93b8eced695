import type { LoadedConfig } from "../config/load-config.js";
import type { Observed } from "../model/observed.js";
import { isChange, type Plan } from "../model/plan.js";
import { PLAN_FORMAT, type PlanDocument } from "../model/plan-document.js";

/** A plan with what it was made from. `whole` keeps what is unchanged, for people who want to see it. */
export function toPlanDocument(
  plan: Plan,
  observed: Observed,
  config: LoadedConfig,
  { whole = false }: { readonly whole?: boolean } = {},
): PlanDocument {
  const { digest, project, options, summary, changes } = plan;
  return {
    format: PLAN_FORMAT,
    digest,
    project,
    config: { path: config.path, sha256: config.sha256 },
    target: observed.host,
    options,
    summary,
    changes: whole ? changes : changes.filter(isChange),
    notes: config.notes,
  };
}

/** The document to save: with the file's text, so that what was reviewed is what will be applied. */
export function toSavedDocument(document: PlanDocument, { text, directory }: LoadedConfig): PlanDocument {
  return { ...document, config: { ...document.config, text, directory } };
}
