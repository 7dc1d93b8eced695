import type { BadRevision, GoodRevision } from "../../apply/revisions/revision-memory.js";
import { type LoadedConfig, parseConfig } from "../../config/load-config.js";
import { ERROR_CODES, type ErrorCode, WarmError } from "../../errors.js";
import type { ConfigOrigin } from "../config-origin.js";
import type { FileRevision } from "../git-revision.js";
import type { RevisionBook } from "./revision-book.js";

export interface RecallTools {
  readonly origin: Pick<ConfigOrigin, "id">;
  readonly book: RevisionBook;
  readonly env: NodeJS.ProcessEnv;
}

/**
 * Makes the function that reads the revision that was applied last, with the secrets as they are now. Undefined when there is
 * none of this very origin and project, or when it cannot be read any more. Never rejects.
 */
export function createRecall({ origin, book, env }: RecallTools) {
  return async (project?: string): Promise<LoadedConfig | undefined> => {
    const { good } = book;
    if (good === undefined || good.origin !== origin.id) return undefined;
    const { text, path: file, directory, dataBase } = good;
    const known = await parseConfig({ text, file, directory, dataBase, env }).catch(() => undefined);
    return project === undefined || known?.config.project === project ? known : undefined;
  };
}

/** What came from memory is of the commit that it was remembered with. */
export function recalledRevision(good: GoodRevision | undefined, { sha256 }: LoadedConfig): FileRevision {
  return { sha256, commit: good?.commit, isModified: false };
}

/** Why a text is not tried, as an error. */
export function toRefusal({ code, message }: Pick<BadRevision, "code" | "message">): WarmError {
  const known = Object.hasOwn(ERROR_CODES, code) ? (code as ErrorCode) : "rejected";
  return new WarmError(known, message, { hint: TRY_AGAIN });
}

const TRY_AGAIN = "change the file, or have it tried again with `warm resume`";
