import type { PlanOptions } from "../model/plan.js";

/** The options by which a plan is narrowed or widened. */
export interface SelectionOptions {
  readonly target?: readonly string[];
  readonly exclude?: readonly string[];
  readonly replace?: readonly string[];
  readonly adopt?: readonly string[];
}

export function toPlanOptions(
  { target = [], exclude = [], replace = [], adopt = [] }: SelectionOptions,
  destroy = false,
): PlanOptions {
  return { targets: target, excludes: exclude, replace, adopt, destroy };
}
