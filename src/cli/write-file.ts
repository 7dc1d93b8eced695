import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { WarmError } from "../errors.js";

/**
 * Writes a file whole or not at all: beside it, to the disk, then renamed over it. A link's target is written;
 * what is no file (`/dev/null`, a pipe) is left alone, as a rename would put a file in its place. Not a link that somebody
 * else has put there, as into `/tmp`: the kernel's guard against that is for those that it follows itself.
 * @throws WarmError `usage` when it cannot be written there, `disk-full` when there is no room.
 */
export function writeFileWhole(named: string, text: string, mode: number): void {
  if (isLinkOfOthers(named))
    throw new WarmError("usage", `cannot write ${named}: it is a link of another user`, {
      hint: "remove it, or name a file in a folder of your own",
    });
  const found = statSync(named, { throwIfNoEntry: false });
  if (found !== undefined && !found.isFile())
    throw new WarmError("usage", `cannot write ${named}: it is no file`);
  const path = found === undefined ? named : realpathSync(named);
  putInPlace(path, text, mode, renameSync);
}

/**
 * Writes a file whole where there is none yet: of two who do so at once, one is refused.
 * @throws WarmError as `writeFileWhole`, and `usage` when something is there already
 */
export function writeNewFile(path: string, text: string, mode: number): void {
  putInPlace(path, text, mode, linkOrCopy);
}

function isLinkOfOthers(path: string): boolean {
  const link = lstatSync(path, { throwIfNoEntry: false });
  const own = process.getuid?.();
  return link?.isSymbolicLink() === true && own !== undefined && link.uid !== own && link.uid !== 0;
}

/** Not all file systems have links. */
function linkOrCopy(temporary: string, path: string): void {
  try {
    linkSync(temporary, path);
  } catch (cause) {
    const { code = "" } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new WarmError("usage", `${path} is there already`, {
        hint: "write over it with `--force`, or name another file",
        cause,
      });
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"].includes(code)) throw cause;
    copyFileSync(temporary, path, constants.COPYFILE_EXCL);
  }
}

function putInPlace(
  path: string,
  text: string,
  mode: number,
  place: (temporary: string, path: string) => void,
): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = openSync(temporary, "wx", mode);
    try {
      writeFileSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    place(temporary, path);
  } catch (cause) {
    if (cause instanceof WarmError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmError(code === "ENOSPC" ? "disk-full" : "usage", `cannot write ${path}: ${message}`, {
      cause,
    });
  } finally {
    // A rename has taken it away already.
    rmSync(temporary, { force: true });
  }
}
