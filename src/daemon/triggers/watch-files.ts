import { basename, dirname } from "node:path";
import { watch } from "chokidar";

export interface FileWatch {
  close(): Promise<void>;
}

/**
 * Calls back when something beside `path` may have changed. The directory is watched and not the file:
 * editors and config maps put a new file in the place of the old one. Of a file that is a link, changes of whatever
 * stands beside the link count too, since that may be what it points through.
 * @param isOfInterest by name; default all
 * @param onError when the system has no more watches: the timer still looks
 */
export function watchFiles(
  path: string,
  onChange: () => void,
  onError: (error: Error) => void,
  isOfInterest: (name: string) => boolean = () => true,
): FileWatch {
  const directory = dirname(path);
  const watcher = watch(directory, {
    depth: 0,
    ignoreInitial: true,
    followSymlinks: true,
    // The directory itself has to pass.
    ignored: (entry) => entry !== directory && !isOfInterest(basename(entry)),
  });
  watcher.on("all", onChange);
  // What was written while it looked around for the first time was told by nobody.
  watcher.on("ready", onChange);
  // Once a directory has stood in a file's place, chokidar knows that name no more: the system's own word still comes.
  watcher.on("raw", (_event, name) => {
    if (typeof name === "string" && isOfInterest(basename(name))) onChange();
  });
  watcher.on("error", (error) => onError(error instanceof Error ? error : new Error(String(error))));
  return { close: () => watcher.close() };
}
