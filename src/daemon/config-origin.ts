import type { LoadedConfig } from "../config/load-config.js";
import type { GitStatus } from "../model/revision-status.js";
import type { FileRevision } from "./git-revision.js";
import type { Trigger } from "./triggers/wakeups.js";

/** Where the watcher's file comes from: this machine's disk, or a repository. */
export interface ConfigOrigin {
  /** The file as people know it. */
  readonly path: string;
  /** Tells it from others in what is remembered; undefined for a plain file. */
  readonly id: string | undefined;
  /** What wakes the watcher when there may be something new. */
  readonly trigger: Extract<Trigger, "file" | "git">;
  /** Of the revision that is wanted, be it good or bad; undefined for a plain file and while none is known. */
  readonly commit: string | undefined;
  /** How the repository stands; undefined for a plain file. */
  readonly git: GitStatus | undefined;
  /** A bad text is read once more after so long: written in place, a file is half there for a moment. 0: it is not. */
  readonly settleMs: number;
  /** Changes whenever the text may be another one; undefined: nobody knows. Asks nobody but this machine. */
  identify(): Promise<string | undefined>;
  /**
   * The text as it is wanted now. Asks nobody but this machine.
   * @throws ConfigError, WarmError `config-invalid` for a bad revision; `git-failed` while none is known
   */
  load(): Promise<LoadedConfig>;
  /** Which text that is, and of which commit. Never throws. */
  revisionOf(loaded: LoadedConfig): Promise<FileRevision>;
  /** These are in use or may be again: what was kept for others goes. Never throws. */
  keep(used: readonly Pick<LoadedConfig, "directory">[]): Promise<void>;
  /** Asks now whether there is something new; resolves when that is known. Never rejects. */
  refresh(): Promise<void>;
  /** Calls back whenever there may be something new. */
  follow(settings: FollowSettings): { close(): Promise<void> };
  /** Removes what only this process used. Never rejects. */
  close(): Promise<void>;
}

export interface FollowSettings {
  readonly onChange: () => void;
  /** It was looked at: how it stands may be told anew. */
  readonly onLook: () => void;
  /** The system has no more watches: the timer still looks. */
  readonly onError: (error: Error) => void;
  /** Absolute. */
  readonly stateDir: string;
}
