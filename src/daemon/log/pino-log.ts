import { pino } from "pino";
import type { LogFields, WatchLog } from "./watch-log.js";

export type LogLevel = "debug" | "info" | "warn" | "error";

/** One line of JSON for each entry on stderr, with `time` in ISO 8601 and `level` as a word. */
export function createPinoLog(level: LogLevel, fields: LogFields): WatchLog {
  const destination = pino.destination({ fd: 2, sync: true });
  // A log that cannot be written, on a full disk, is no reason to let a host grow cold.
  destination.on("error", () => undefined);
  const logger = pino(
    {
      level,
      base: { ...fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    destination,
  );
  const at =
    (name: LogLevel) =>
    (message: string, more: LogFields = {}) =>
      logger[name](more, message);
  return {
    isQuiet: level !== "debug",
    debug: at("debug"),
    info: at("info"),
    warn: at("warn"),
    error: at("error"),
  };
}
