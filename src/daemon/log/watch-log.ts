export type LogFields = Readonly<Record<string, unknown>>;

/**
 * Where the watcher writes what it does, a line each. The message is constant, so that it can be searched for; what
 * varies is in the fields, and `detail` is the sentence for people.
 */
export interface WatchLog {
  /** Whether lines of `debug` go nowhere: what is told thousands of times a second need not be put into words then. */
  readonly isQuiet?: boolean;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
