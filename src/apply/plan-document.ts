import type { LoadedConfig } from "../config/load-config.js";
import type { Forecast } from "../model/forecast.js";
import type { Observed } from "../model/observed.js";
import { isChange, type Plan } from "../model/plan.js";
import { PLAN_FORMAT, type PlanDocument } from "../model/plan-document.js";
import { forecastPlan } from "../plan/forecast/forecast-plan.js";

/**
 * A plan with what it was made from. `whole` keeps what is unchanged, for people who want to see it.
 * @param forecast default: what can be said without asking a registry
 */
export function toPlanDocument(
  plan: Plan,
  observed: Observed,
  config: LoadedConfig,
  { whole = false, forecast }: { readonly whole?: boolean; readonly forecast?: Forecast } = {},
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
    forecast: forecast ?? forecastPlan(plan, config.desired, observed),
  };
}

/** The document to save: with the file's text, so that what was reviewed is what will be applied. */
export function toSavedDocument(document: PlanDocument, { text, directory }: LoadedConfig): PlanDocument {
  return { ...document, config: { ...document.config, text, directory } };
}
