import type { Revision } from "../../model/transition.js";
import type { ConfigOrigin } from "../config-origin.js";

/** A text of the file as others are told of it. The commit of a text that differs from the commit's is none of its own. */
export function toRevision(
  { path, git }: Pick<ConfigOrigin, "path" | "git">,
  text: {
    readonly sha256?: string | undefined;
    readonly commit?: string | undefined;
    readonly isModified?: boolean;
  },
): Revision {
  const { sha256, commit, isModified = false } = text;
  return {
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(commit === undefined || isModified ? {} : { commit }),
    ...(git === undefined ? {} : { url: git.url, ref: git.ref }),
    path,
  };
}
