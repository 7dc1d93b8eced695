import type { Forecast } from "./forecast.js";
import type { HostFacts } from "./observed.js";
import type { Change, PlanOptions, PlanSummary } from "./plan.js";

export const PLAN_FORMAT = "warm.plan/1";

/** Which text of warm.yaml a plan was made from. */
export interface ConfigFacts {
  /** As the user named it. */
  readonly path: string;
  readonly sha256: string;
}

/** The saved and printed form of a plan; `schemas/plan.schema.json` describes it. Holds no secret. */
export interface PlanDocument {
  readonly format: typeof PLAN_FORMAT;
  readonly digest: string;
  readonly project: string;
  readonly config: ConfigFacts & {
    /** Only in a saved plan: the text itself, so that apply needs no second look at a file that may have moved on. */
    readonly text?: string;
    /** Only in a saved plan: the folder that relative paths of the text start from. */
    readonly directory?: string;
  };
  readonly target: HostFacts;
  readonly options: PlanOptions;
  readonly summary: PlanSummary;
  readonly changes: readonly Change[];
  /** Things to know that are no change. */
  readonly notes: readonly string[];
  /** What it would cost and risk. Absent in documents of older versions. */
  readonly forecast?: Forecast;
}
