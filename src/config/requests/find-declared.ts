import { stripDashes } from "../../model/names.js";
import { pointerTo } from "../file/positions.js";
import type { LoadedConfig } from "../load-config.js";
import { canonicalImage } from "./canonical-image.js";
import type { Wish } from "./check-wish.js";

/** What the file says of the same thing that was asked for. */
export interface Declared {
  /** Whether the file wants it just as it was asked for: nothing has to be kept beside it. */
  readonly isSame: boolean;
  /** `warm.yaml:14` */
  readonly where: string;
  /** What the file says, as a clause. */
  readonly says: string;
}

/**
 * Looks a request up in the file, which has the last word.
 * @returns undefined when the file says nothing of it
 */
export function findDeclared(wish: Wish, loaded: LoadedConfig): Declared | undefined {
  return wish.kind === "template" ? findTemplate(wish, loaded) : findSession(wish, loaded);
}

/** In Docker ids have lost their dashes: what differs in them alone is one thing. */
function findTemplate(wish: Extract<Wish, { kind: "template" }>, loaded: LoadedConfig): Declared | undefined {
  const tid = stripDashes(wish.id);
  const declared = loaded.config.templates.find(({ id }) => stripDashes(id) === tid);
  if (declared === undefined) return undefined;
  const differing = (["image", "blob"] as const).find(
    (key) => canonicalImage(declared[key]) !== canonicalImage(wish[key]),
  );
  if (differing === undefined && declared.id === wish.id)
    return { isSame: true, where: placeInFile(loaded, "templates", wish.id), says: "the same" };
  if (differing === undefined)
    return {
      isSame: false,
      where: placeInFile(loaded, "templates", declared.id),
      says: `its id is ${declared.id}`,
    };
  return {
    isSame: false,
    where: placeInFile(loaded, "templates", declared.id, differing),
    says: `its ${differing} is ${declared[differing]}`,
  };
}

function findSession(wish: Extract<Wish, { kind: "session" }>, loaded: LoadedConfig): Declared | undefined {
  const declared = loaded.config.sessions.find(({ id }) => id === wish.id);
  if (declared === undefined) return undefined;
  const differing =
    declared.template === wish.template
      ? (["processors", "plugins"] as const).find((key) => !isSubset(wish[key], declared[key]))
      : "template";
  if (differing === undefined)
    return { isSame: true, where: placeInFile(loaded, "sessions", wish.id), says: "the same" };
  const said = [declared[differing]].flat().join(", ") || "none";
  return {
    isSame: false,
    where: placeInFile(loaded, "sessions", wish.id, differing),
    says: `its ${differing}: ${said}`,
  };
}

/** More of them do no harm. */
function isSubset(wanted: readonly string[], declared: readonly string[]): boolean {
  const known = new Set(declared.map(canonicalImage));
  return wanted.every((text) => known.has(canonicalImage(text)));
}

/** `warm.yaml:14` for the nearest of these keys that the file has. */
export function placeInFile({ path, positions }: LoadedConfig, ...keys: readonly string[]): string {
  for (let depth = keys.length; depth > 0; depth -= 1) {
    const place = positions.get(pointerTo(...keys.slice(0, depth)));
    if (place !== undefined) return `${path}:${place.key.line}`;
  }
  return path;
}
