const FIRST_MS = 1_000;
export const LONGEST_BACK_OFF_MS = 5 * 60_000;

/**
 * How long to leave a resource alone after so many failures in a row: 1 s, doubled each time, 5 min at most, a tenth
 * more or less (design, section 7).
 * @param failures from 1
 * @param random in [0, 1)
 */
export function backOffMs(failures: number, random: number): number {
  const ms = Math.min(LONGEST_BACK_OFF_MS, FIRST_MS * 2 ** Math.min(failures - 1, 30));
  return Math.round(ms * (0.9 + random * 0.2));
}
