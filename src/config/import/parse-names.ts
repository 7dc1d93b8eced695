import { templateContainerName } from "../../model/names.js";

/** Of an id in the file; schemas/warm.schema.json says the same. */
const ID = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

export const isId = (text: string) => ID.test(text);

/** A template's id as its owner writes it: 32 hex digits are a UUID that has lost its dashes in Docker's names. */
export function restoreId(tid: string): string {
  const [, ...parts] =
    /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/i.exec(tid) ?? [];
  return parts.length === 0 ? tid : parts.join("-");
}

/** What a container of cyanprint's is, by its name; a session's id may have dashes, other ids have lost theirs. */
export type ContainerUse =
  | { readonly is: "template" | "seeder"; readonly tid: string }
  | { readonly is: "processor" | "plugin"; readonly session: string }
  | { readonly is: "other"; readonly kind: string };

/** @returns undefined for a name that does not begin with the prefix */
export function parseContainerName(name: string, prefix: string): ContainerUse | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const [kind = "", id = "", ...session] = name.slice(prefix.length + 1).split("-");
  const isWhole = id !== "" && session.length === 0;
  if (kind === "template" && isWhole) return { is: "template", tid: id };
  if (kind === "volume" && isWhole) return { is: "seeder", tid: id };
  if ((kind === "processor" || kind === "plugin") && id !== "" && session.length > 0)
    return { is: kind, session: session.join("-") };
  return { is: "other", kind };
}

/** @returns undefined for a name that is none of a template's volume or a session's */
export function parseVolumeName(
  name: string,
  prefix: string,
): { readonly tid: string; readonly session: string | undefined } | undefined {
  if (!name.startsWith(`${prefix}-`)) return undefined;
  const [tid = "", ...session] = name.slice(prefix.length + 1).split("-");
  if (tid === "") return undefined;
  return { tid, session: session.length === 0 ? undefined : session.join("-") };
}

/** The prefix of the name of a template's container; undefined for another name. */
export function prefixOfContainer(name: string): string | undefined {
  const tid = name.slice(name.lastIndexOf("-") + 1);
  return withoutEnd(name, templateContainerName("", tid));
}

/** What stands before the end of a name; undefined when it ends otherwise, or has nothing before it. */
export function withoutEnd(name: string, end: string): string | undefined {
  return name.endsWith(end) && name.length > end.length ? name.slice(0, -end.length) : undefined;
}
