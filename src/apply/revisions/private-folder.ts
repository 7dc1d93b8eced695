import { lstat, mkdir, stat } from "node:fs/promises";
import { WarmError } from "../../errors.js";

export interface PrivateRules {
  /** Whether it was named by the user: any other link may have come with a checkout. */
  readonly mayBeLink: boolean;
  /** Of this process. */
  readonly uid?: number | undefined;
}

/**
 * Makes a folder that only its owner looks into. One that is there already stays as it is, if nobody else put it there.
 * @returns whether it was made
 * @throws WarmError `rejected` as `checkPrivate` does; what the file system says
 */
export async function makePrivateFolder(
  path: string,
  rules: PrivateRules = { mayBeLink: false },
): Promise<boolean> {
  // A link to nowhere is one too.
  const made = await mkdir(path, { recursive: true, mode: 0o700 }).catch(async (error: unknown) => {
    await checkPrivate(path, rules);
    throw error;
  });
  await checkPrivate(path, rules);
  return made !== undefined;
}

/**
 * Whoever may write to a folder of ours says what we keep warm, and where we write and sweep. Root trusts whose folder it is
 * told to use. What is not there is fine.
 * @throws WarmError `rejected` for a link, for a folder of another user, and for one that everybody may write to
 */
export async function checkPrivate(
  path: string,
  { mayBeLink, uid = process.getuid?.() }: PrivateRules = { mayBeLink: false },
): Promise<void> {
  const link = await lstat(path).catch(() => undefined);
  if (link === undefined) return;
  if (link.isSymbolicLink() && !mayBeLink)
    throw refuse(path, "is a symbolic link", "remove it, or name what it leads to with `--state-dir`");
  const { uid: owner, mode } = link.isSymbolicLink() ? await stat(path) : link;
  if (uid !== undefined && uid !== 0 && owner !== uid && owner !== 0)
    throw refuse(path, "belongs to another user", "name a directory of this user's with `--state-dir`");
  if ((mode & 0o002) !== 0)
    throw refuse(path, "is one that everybody may write to", "`chmod 700` it, or name a folder in it");
}

const refuse = (path: string, why: string, hint: string) =>
  new WarmError("rejected", `the state directory is not used: ${path} ${why}`, { hint });
