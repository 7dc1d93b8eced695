import { parseDurationMs } from "../config/units.js";

interface Bounds {
  readonly minMs: number;
  readonly maxMs: number;
}

/** For ajv: a text such as `60s` within bounds, as in warm.yaml. */
export const DURATION_KEYWORD = {
  keyword: "x-duration",
  type: "string",
  errors: false,
  validate: ({ minMs, maxMs }: Bounds, text: string) => {
    const ms = parseDurationMs(text);
    return ms >= minMs && ms <= maxMs;
  },
} as const;

/** @param between for people: `from 1s to 24h` */
export const duration = (between: string, bounds: Bounds) =>
  ({
    "type": "string",
    "maxLength": 32,
    "description": `a duration ${between}, such as 60s`,
    "x-duration": bounds,
  }) as const;

/** Milliseconds of a text that has been validated. */
export const toMs = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : parseDurationMs(text);
