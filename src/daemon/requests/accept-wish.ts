import { checkWish, type Wish } from "../../config/requests/check-wish.js";
import type { Declared } from "../../config/requests/find-declared.js";
import { WarmError } from "../../errors.js";
import { canonicalJson } from "../../model/canonical.js";
import { stripDashes } from "../../model/names.js";
import type { RuntimeRequest } from "../../model/request.js";

/** @throws WarmError `usage` with every problem of a wish */
export function refuseMalformed(wish: Wish): void {
  const problems = checkWish(wish);
  if (problems.length > 0)
    throw new WarmError("usage", problems.map(({ path, message }) => `${path}: ${message}`).join("; "));
}

/** @throws WarmError `name-conflict`: the file says otherwise */
export function refuseContradiction({ kind, id }: Wish, { where, says }: Declared): never {
  throw new WarmError("name-conflict", `${kind} ${id} is declared otherwise at ${where}: ${says}`, {
    hint: "ask for it as the file says it, or change the file",
  });
}

/**
 * @param known what was asked for under the same key
 * @param standing all that is not over
 * @throws WarmError `name-conflict`: another request has its names
 */
export function refuseOther(
  wish: Wish,
  known: RuntimeRequest | undefined,
  standing: readonly RuntimeRequest[],
): void {
  if (wish.kind === "session") {
    const of = known?.kind === "session" ? known.template : wish.template;
    if (of !== wish.template)
      throw new WarmError("name-conflict", `session ${wish.id} is one of template ${of}`, {
        hint: "forget that one first, or take another id",
      });
    return;
  }
  const tid = stripDashes(wish.id);
  const namesake = standing.find(
    ({ kind, id }) => kind === "template" && id !== wish.id && stripDashes(id) === tid,
  );
  if (namesake !== undefined)
    throw new WarmError(
      "name-conflict",
      `template ${wish.id} wants the Docker names of template ${namesake.id}, which was asked for too`,
      { hint: "choose an id that differs in more than dashes" },
    );
}

export function toRequest(wish: Wish, since: string, expiresAt: string): RuntimeRequest {
  return wish.kind === "template"
    ? { ...wish, since, expiresAt }
    : { ...wish, since, expiresAt, isForgotten: false };
}

/** Whether two ask for the same thing, whenever they did. */
export const isSameWish = (a: RuntimeRequest, b: RuntimeRequest): boolean => contentOf(a) === contentOf(b);

const contentOf = ({ since: _first, expiresAt: _last, ...content }: RuntimeRequest) =>
  canonicalJson({ ...content });
