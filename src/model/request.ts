/** What was asked for while a watcher runs, beside the file: another source of desired state (design, section 10). */
export type RuntimeRequest = TemplateRequest | SessionRequest;

interface RequestBase {
  /** As in the file: `[A-Za-z0-9][A-Za-z0-9_.-]{0,62}`. */
  readonly id: string;
  /** ISO 8601: when it was asked for first. */
  readonly since: string;
  /** ISO 8601, by the watcher's clock: when nobody has asked for it for too long. */
  readonly expiresAt: string;
}

export interface TemplateRequest extends RequestBase {
  readonly kind: "template";
  readonly image: string;
  readonly blob: string;
}

export interface SessionRequest extends RequestBase {
  readonly kind: "session";
  /** Id of its template, which need not be wanted itself. */
  readonly template: string;
  readonly processors: readonly string[];
  readonly plugins: readonly string[];
  /** Taken back: its volume is to go. */
  readonly isForgotten: boolean;
}

/** The same thing has the same key. */
export const requestKey = ({ kind, id }: Pick<RuntimeRequest, "kind" | "id">) => `${kind}-${id}`;

export const isOver = ({ expiresAt }: RuntimeRequest, nowMs: number) => Date.parse(expiresAt) <= nowMs;
