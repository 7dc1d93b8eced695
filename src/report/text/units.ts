const BINARY = ["KiB", "MiB", "GiB", "TiB"] as const;
const KILOBYTE = 1000;
const MEGABYTE = 1000 * KILOBYTE;
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Memory in binary units, `256 MiB`. Exact: two sizes that differ never read the same. */
export function formatBytes(bytes: number): string {
  const candidates = BINARY.map((unit, power) => ({ unit, value: bytes / 1024 ** (power + 1) }));
  const exact = candidates.findLast(({ value }) => value >= 1 && Number.isInteger(value * 100));
  return exact === undefined ? `${bytes} B` : `${exact.value} ${exact.unit}`;
}

/** Bytes on the wire in decimal units, as registries count them: `12.3 MB`. */
export function formatTransfer(bytes: number): string {
  if (bytes < KILOBYTE) return `${bytes} B`;
  if (bytes < 0.1 * MEGABYTE) return `${(bytes / KILOBYTE).toFixed(1)} kB`;
  return `${megabytes(bytes)} MB`;
}

/** `34.1/212.0 MB`. */
export function formatTransferProgress(done: number, total: number): string {
  return `${megabytes(done)}/${megabytes(total)} MB`;
}

const megabytes = (bytes: number) => (bytes / MEGABYTE).toFixed(1);

/** A length of time for people: `40ms`, `2.1s`, `2m 05s`, `1h 02m`, `3d 4h`. */
export function formatDurationMs(ms: number): string {
  const length = Math.max(0, Math.round(ms));
  if (length < 100) return `${length}ms`;
  if (length < MINUTE - 50) return `${(length / SECOND).toFixed(1)}s`;
  if (length < HOUR) return twoUnits(length, MINUTE, "m", SECOND, "s");
  if (length < DAY) return twoUnits(length, HOUR, "h", MINUTE, "m");
  return `${Math.floor(length / DAY)}d ${Math.floor((length % DAY) / HOUR)}h`;
}

function twoUnits(ms: number, large: number, largeName: string, small: number, smallName: string): string {
  const smalls = ms < HOUR ? Math.round(ms / small) : Math.floor(ms / small);
  const perLarge = large / small;
  const rest = String(smalls % perLarge).padStart(2, "0");
  return `${Math.floor(smalls / perLarge)}${largeName} ${rest}${smallName}`;
}

/** `1 resource`, `3 resources`. */
export function formatCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** How long ago a time was, in the largest unit that says enough: `12s`, `5m`, `3h`, `4d`. */
export function formatAge(iso: string, now: Date): string {
  const ms = Math.max(0, now.getTime() - Date.parse(iso));
  if (Number.isNaN(ms)) return "-";
  if (ms < 100 * SECOND) return `${Math.floor(ms / SECOND)}s`;
  if (ms < 100 * MINUTE) return `${Math.floor(ms / MINUTE)}m`;
  return ms < 48 * HOUR ? `${Math.floor(ms / HOUR)}h` : `${Math.floor(ms / DAY)}d`;
}

/** When a time will be: `in 12s`, `now`. */
export function formatUntil(iso: string, now: Date): string {
  const ms = Date.parse(iso) - now.getTime();
  if (!(ms > 0)) return "now";
  return ms < MINUTE ? `in ${Math.ceil(ms / SECOND)}s` : `in ${formatDurationMs(ms)}`;
}
