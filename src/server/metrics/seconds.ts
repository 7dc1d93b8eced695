/** @param ms of a clock that somebody may have set back: never less than 0 */
export const toSeconds = (ms: number): number => Math.max(0, ms) / 1000;
