import type { Positions } from "../file/positions.js";
import type { Finding } from "../finding.js";
import type { Draft } from "../normalize/raw-config.js";

/** Looks at one thing in a whole file. Pure; yields a finding for each mistake. */
export type Rule = (draft: Draft, positions: Positions) => Iterable<Finding>;
