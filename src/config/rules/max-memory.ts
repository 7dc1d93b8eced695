import { pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { DEFAULTS } from "../normalize/defaults.js";
import type { DraftEngine } from "../normalize/raw-config.js";
import { parseSizeBytes } from "../units.js";
import type { Rule } from "./rule.js";

/** A number without its unit is bytes, and a slip. */
const LEAST_BYTES = 2 ** 20;

/** The memory at which an engine is recycled is some, and one that its limit lets it reach. */
export const maxMemory: Rule = function* (draft, positions) {
  for (const [id, engine = {}] of Object.entries(draft.engines ?? {})) {
    const most = engine.maxMemory;
    if (most === undefined) continue;
    const limit = limitOf(engine);
    // A limit that does not fit the schema is a problem of its own.
    const isLimitBroken =
      limit.written === undefined && positions.has(pointerTo("engines", id, "resources", "memory"));
    const fault = findFault(parseSizeBytes(most), isLimitBroken ? undefined : limit);
    if (fault === undefined) continue;
    yield findingAt(positions, pointerTo("engines", id, "maxMemory"), "value", {
      rule: "max-memory",
      message: `\`${most}\` is ${fault}`,
      hint: "write less than the memory limit, or leave it out: 90 % of the limit then",
    });
  }
};

interface Limit {
  readonly bytes: number;
  readonly written: string | number | undefined;
}

function limitOf({ resources }: DraftEngine): Limit {
  const written = resources?.memory;
  return {
    bytes: written === undefined ? DEFAULTS.engineLimits.memoryBytes : parseSizeBytes(written),
    written,
  };
}

function findFault(bytes: number, limit: Limit | undefined): string | undefined {
  if (bytes < LEAST_BYTES) return "less than any engine uses";
  if (limit === undefined || bytes <= limit.bytes) return undefined;
  const { written = "4GiB, the default" } = limit;
  return `more than an engine can use: its memory is limited to ${written}`;
}
