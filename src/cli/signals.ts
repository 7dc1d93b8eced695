import { constants } from "node:os";
import type { StopSignals } from "../apply/apply-context.js";

export interface SignalWatch {
  readonly stop: StopSignals;
  /** 130 or 143 once a signal came, else undefined. */
  exitCode(): number | undefined;
  close(): void;
}

/**
 * The first SIGINT or SIGTERM asks for an orderly end, the second for an end at once.
 * @param onSignal told each time, with how many came.
 */
export function watchSignals(onSignal: (count: number) => void): SignalWatch {
  const soft = new AbortController();
  const hard = new AbortController();
  let exitCode: number | undefined;
  let count = 0;
  const handle = (signal: "SIGINT" | "SIGTERM") => {
    exitCode ??= 128 + constants.signals[signal];
    count += 1;
    onSignal(count);
    soft.abort();
    if (count > 1) hard.abort();
  };
  process.on("SIGINT", handle);
  process.on("SIGTERM", handle);
  return {
    stop: { soft: soft.signal, hard: hard.signal },
    exitCode: () => exitCode,
    close() {
      process.off("SIGINT", handle);
      process.off("SIGTERM", handle);
    },
  };
}
