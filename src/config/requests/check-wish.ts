import { parseImageRef } from "../../model/image-ref.js";
import type { SessionRequest, TemplateRequest } from "../../model/request.js";
import { cut } from "../schema/show-value.js";

/** A request without its times. */
export type Wish =
  | Pick<TemplateRequest, "kind" | "id" | "image" | "blob">
  | Pick<SessionRequest, "kind" | "id" | "template" | "processors" | "plugins">;

export interface WishProblem {
  /** `image`, `processors.0`. */
  readonly path: string;
  readonly message: string;
}

const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;
const ID_FORM = "an id begins with a letter or digit and has at most 63 letters, digits, `_`, `.` and `-`";

/** The rules of the file for ids and image references, for what is asked for beside it. Every problem at once. */
export function checkWish(wish: Wish): WishProblem[] {
  const ids = wish.kind === "template" ? { id: wish.id } : { id: wish.id, template: wish.template };
  const images =
    wish.kind === "template"
      ? { image: wish.image, blob: wish.blob }
      : { ...indexed("processors", wish.processors), ...indexed("plugins", wish.plugins) };
  return [
    ...Object.entries(ids)
      .filter(([, id]) => !ID.test(id))
      .map(([path]) => ({ path, message: ID_FORM })),
    ...Object.entries(images).flatMap(([path, text]) => {
      const ref = parseImageRef(text);
      return "problem" in ref ? [{ path, message: `the image reference ${cut(ref.problem)}` }] : [];
    }),
  ];
}

const indexed = (name: string, texts: readonly string[]): Record<string, string> =>
  Object.fromEntries(texts.map((text, index) => [`${name}.${index}`, text]));
