/** What each code means to a caller: the process's exit code and whether the same call may succeed later. */
interface CodeTraits {
  readonly exitCode: number;
  readonly retryable: boolean;
}

const operational = { exitCode: 1, retryable: false } as const;
const transient = { exitCode: 1, retryable: true } as const;

/** The closed table of error codes. Exit codes are those of the design, section 5. */
export const ERROR_CODES = {
  "usage": { exitCode: 64, retryable: false },
  "config-invalid": { exitCode: 3, retryable: false },
  "guard-refused": { exitCode: 4, retryable: false },
  "plan-stale": { exitCode: 5, retryable: false },
  "unhealthy": { exitCode: 7, retryable: true },
  "locked": { exitCode: 8, retryable: true },
  "lock-lost": transient,
  "interrupted": { exitCode: 130, retryable: true },
  "host-unreachable": transient,
  "host-forbidden": operational,
  "host-protocol": operational,
  "api-version": operational,
  "deadline": transient,
  "auth-failed": operational,
  "image-not-found": operational,
  "platform-mismatch": operational,
  "rate-limited": transient,
  "registry-unreachable": transient,
  "pull-failed": transient,
  "pull-stalled": transient,
  "disk-full": operational,
  "not-found": operational,
  "name-conflict": operational,
  "in-use": transient,
  "seed-failed": operational,
  "rejected": operational,
  "no-engine": transient,
  "queue-full": transient,
  "lease-ended": operational,
  "stale-fence": operational,
  "engine-failed": transient,
  "unconfirmed": operational,
  "no-watcher": transient,
  "docker-failed": transient,
  "git-failed": transient,
  "internal": operational,
} as const satisfies Record<string, CodeTraits>;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface WarmErrorDetails {
  /** One thing to do, as a sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
  /** The resource that the error is about, `container.cyan-template-…`. */
  readonly address?: string | undefined;
  /** Last log lines of the container that failed, oldest first. */
  readonly logs?: readonly string[] | undefined;
}

/** The only error that warm throws on purpose: the message says what failed, on what, and why. */
export class WarmError extends Error {
  override readonly name = "WarmError";
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly address: string | undefined;
  readonly logs: readonly string[];

  constructor(code: ErrorCode, message: string, details: WarmErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.hint = details.hint;
    this.address = details.address;
    this.logs = details.logs ?? [];
  }

  get exitCode(): number {
    return ERROR_CODES[this.code].exitCode;
  }

  get retryable(): boolean {
    return ERROR_CODES[this.code].retryable;
  }
}

/** Any thrown value as a WarmError; an unknown one becomes `internal` and keeps its stack as the cause. */
export function toWarmError(error: unknown): WarmError {
  if (error instanceof WarmError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new WarmError("internal", message, { cause: error });
}
