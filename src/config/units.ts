const DURATION = /^(?=[0-9])(?:([0-9]{1,15})h)?(?:([0-9]{1,15})m)?(?:([0-9]{1,15})s)?(?:([0-9]{1,15})ms)?$/;
const SIZE = /^([0-9]{1,15}(?:\.[0-9]{1,3})?)([A-Za-z]+)$/;

const BYTES_PER_UNIT: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};

/** Milliseconds of `500ms`, `30s`, `2m`, `4h` or `1m30s`; NaN when the text is no duration. */
export function parseDurationMs(text: string): number {
  const [matched, ...parts] = DURATION.exec(text) ?? [];
  if (matched === undefined) return Number.NaN;
  const [hours = 0, minutes = 0, seconds = 0, ms = 0] = parts.map((part) => Number(part ?? 0));
  return ((hours * 60 + minutes) * 60 + seconds) * 1000 + ms;
}

/** Whole bytes of `256MiB`, `1.5GiB`, `512MB` or a plain number of bytes; NaN when the text is no size. */
export function parseSizeBytes(size: string | number): number {
  if (typeof size === "number") return size;
  const [, amount, unit = ""] = SIZE.exec(size) ?? [];
  return Math.round(Number(amount) * (BYTES_PER_UNIT[unit] ?? Number.NaN));
}
