import type { ErrorRecord } from "./daemon-status.js";

/** One text of warm.yaml. Times are ISO 8601, by the watcher's clock. */
export interface RevisionMark {
  /** Hex, of the text; undefined for a commit whose file could not be read. */
  readonly sha256?: string | undefined;
  /** Hex; of a plain file only where git knows that very text. */
  readonly commit?: string | undefined;
  /** Since when it is wanted, or when it was found applied. */
  readonly at: string;
}

/** The repository that a file is pulled from. */
export interface GitStatus {
  /** Without credentials. */
  readonly url: string;
  readonly ref: string;
  readonly path: string;
  readonly pollMs: number;
  readonly verifiesSignatures: boolean;
  /** When it last answered. */
  readonly fetchedAt?: string | undefined;
  /** Looks that failed, since the watcher began. */
  readonly failures: number;
  /** Why the last look failed. */
  readonly error?: ErrorRecord | undefined;
}

/** Which revision is wanted, and which one the host was last found to be as. */
export interface RevisionStatus {
  readonly git?: GitStatus | undefined;
  readonly wanted?: RevisionMark | undefined;
  readonly applied?: RevisionMark | undefined;
  /** Whether the wanted one is applied. */
  readonly isInSync: boolean;
  /** In a sentence, why it is not. */
  readonly why?: string | undefined;
  /** Whether a revision whose work fails for good is left for the last good one. */
  readonly rollsBack: boolean;
}
