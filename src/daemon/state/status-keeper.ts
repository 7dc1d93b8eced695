import type { DaemonStatus } from "../../model/daemon-status.js";
import type { StateDirectory } from "./state-directory.js";

/** Keeps `status.json` up to date without writing it for every small thing. */
export interface StatusKeeper {
  /** Something has changed: written soon. */
  touch(): void;
  /** @throws WarmError when the state directory cannot be written */
  flush(): Promise<void>;
}

const SOON_MS = 200;

/** @param onError told once for as long as writing fails: the watcher goes on without */
export function createStatusKeeper(
  state: StateDirectory,
  compose: () => DaemonStatus,
  onError: (error: unknown) => void,
): StatusKeeper {
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();
  let isFailing = false;

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    // One after the other: an older status must not replace a newer one.
    writing = writing.catch(() => undefined).then(() => state.write("status.json", compose()));
    return writing;
  }

  return {
    touch() {
      timer ??= setTimeout(() => {
        flush().then(
          () => {
            isFailing = false;
          },
          (error: unknown) => {
            if (!isFailing) onError(error);
            isFailing = true;
          },
        );
      }, SOON_MS);
    },
    flush,
  };
}
