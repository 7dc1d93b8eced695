import { join } from "node:path";
import { WarmError } from "../../errors.js";

const SOCKET_NAME = "warm.sock";
/** `sun_path` holds 104 bytes on some systems, one of them a NUL; a longer one would be cut without a word. */
const MAX_PATH_BYTES = 103;

/**
 * Where the watcher of a state directory answers.
 * @throws WarmError `rejected` when no socket can have so long a path
 */
export function socketPathIn(stateDirectory: string): string {
  return checkSocketPath(join(stateDirectory, SOCKET_NAME));
}

/** @throws WarmError `rejected` */
export function checkSocketPath(path: string): string {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_PATH_BYTES) return path;
  throw new WarmError(
    "rejected",
    `the path of the watcher's socket is too long: ${path} has ${bytes} bytes, ${MAX_PATH_BYTES} are possible`,
    { hint: "name a state directory with a shorter path with `--state-dir`" },
  );
}
