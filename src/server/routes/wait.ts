/** Longer waits are better made of several. */
export const MAX_WAIT_MS = 60 * 60_000;

/** What a client prefers (RFC 7240). */
export interface Preferences {
  /** `wait=<seconds>`, at most an hour. */
  readonly waitMs: number | undefined;
  /** `place`: to be told of its place in the queue while it waits. */
  readonly wantsPlace: boolean;
}

/** What is not understood is ignored, as the header demands. */
export function readPreferences(header: string | readonly string[] | undefined): Preferences {
  const wishes = [header ?? []].flat().flatMap((line) => line.split(",").map((wish) => wish.trim()));
  const [, seconds] = /^wait=(\d{1,9})$/.exec(wishes.find((wish) => wish.startsWith("wait=")) ?? "") ?? [];
  return {
    waitMs: seconds === undefined ? undefined : Math.min(Number(seconds) * 1000, MAX_WAIT_MS),
    wantsPlace: wishes.includes("place"),
  };
}

/** Of calls that may wait. */
export const PREFER_HEADER = {
  type: "object",
  properties: {
    prefer: { type: "string", maxLength: 200, description: "`wait=<seconds>`, at most 3600 (RFC 7240)" },
  },
} as const;
