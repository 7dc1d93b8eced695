import type { RunRecord } from "../record.js";

/** These say that warm itself has a fault: nothing that happens to it may lead there. */
const FORBIDDEN: ReadonlySet<string> = new Set(["internal"]);

/** What clients may never be told. */
export function checkErrors({ errors }: Pick<RunRecord, "errors">): string[] {
  return errors
    .filter(({ code }) => FORBIDDEN.has(code))
    .map(({ atMs, does, code, message }) => `${does} at ${Math.round(atMs)} ms: ${code}: ${message}`);
}

/** A log is lines of JSON and nothing else; its last line may be cut off. None tells of a fault of warm itself. */
export function checkLog(log: string): string[] {
  const lines = log.split("\n");
  const whole = lines.slice(0, -1).filter((line) => line !== "");
  return whole.filter((line) => !isGood(line)).map((line) => `bad line in the log: ${line.slice(0, 2_000)}`);
}

function isGood(line: string): boolean {
  try {
    const { level, code, error } = JSON.parse(line) as {
      level: string;
      code?: string;
      error?: { code?: string };
    };
    return level !== "fatal" && !FORBIDDEN.has(code ?? "") && !FORBIDDEN.has(error?.code ?? "");
  } catch {
    return false;
  }
}
