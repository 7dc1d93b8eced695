import type { Finding } from "../finding.js";
import type { Positions } from "../positions.js";
import type { Draft } from "../raw-config.js";

/** Looks at one thing in a whole file. Pure; yields a finding for each mistake. */
export type Rule = (draft: Draft, positions: Positions) => Iterable<Finding>;
