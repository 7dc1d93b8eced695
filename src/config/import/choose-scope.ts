import { WarmError } from "../../errors.js";
import type { FoundHost } from "../../model/found-host.js";
import { LABEL, type Labels } from "../../model/labels.js";
import { engineName, isJobAddress, parseEngineAddress } from "../../model/names.js";
import { sessionOf } from "../../model/volume-use.js";
import { DEFAULTS } from "../normalize/defaults.js";
import type { ImportSettings } from "./import-settings.js";
import { isId, prefixOfContainer, withoutEnd } from "./parse-names.js";

/** Which objects of a host are read, and whose they will be. */
export interface Scope {
  readonly project: string;
  /** The warm project whose objects are read, if any. */
  readonly owner: string | undefined;
  /** Those of other projects, which are left out. */
  readonly others: readonly string[];
  readonly prefix: string;
  readonly isCyanprintWanted: boolean;
}

const DEFAULT_PROJECT = "cyanprint";

/**
 * A file is for one project, and its names begin with one prefix.
 * @throws WarmError `usage` when several projects are there and none is named, or a name cannot be one
 */
export function chooseScope(found: FoundHost, settings: ImportSettings): Scope {
  const owners = settings.from === "cyanprint" ? [] : findOwners(found);
  for (const [option, name] of [
    ["--project", settings.project],
    ["--prefix", settings.prefix],
  ] as const) {
    if (name === undefined || isId(name)) continue;
    throw new WarmError("usage", `${option} ${name}: not 1 to 63 letters, digits, \`_\`, \`.\` or \`-\``);
  }
  if (settings.project === undefined && owners.length > 1) {
    throw new WarmError("usage", `warm has objects of ${owners.length} projects here: ${owners.join(", ")}`, {
      hint: "say which with `--project NAME`: a file is for one",
    });
  }
  const project = settings.project ?? owners[0] ?? DEFAULT_PROJECT;
  // Under a new name what the only one has is taken over.
  const owner = owners.includes(project) || owners.length > 1 ? project : owners[0];
  return {
    project,
    owner: owner !== undefined && owners.includes(owner) ? owner : undefined,
    others: owners.filter((one) => one !== owner),
    prefix: settings.prefix ?? findPrefix(found, owner) ?? DEFAULTS.prefix,
    isCyanprintWanted: settings.from !== "warm",
  };
}

/** Those that have more than a lock. */
function findOwners({ networks, volumes, containers }: FoundHost): string[] {
  const labels = [...networks, ...volumes, ...containers].map((object) => object.labels);
  return [...new Set(labels.filter(isOfResource).map((own) => own[LABEL.project] ?? ""))].filter(isId).sort();
}

export function isOfResource(labels: Labels): boolean {
  const address = labels[LABEL.address] ?? "";
  return labels[LABEL.project] !== undefined && !address.startsWith("lock.") && !isJobAddress(address);
}

/** The one that most of a project's names have. */
function findPrefix(found: FoundHost, owner: string | undefined): string | undefined {
  if (owner === undefined) return undefined;
  const isOwn = ({ labels }: { readonly labels: Labels }) => labels[LABEL.project] === owner;
  const prefixes = [
    ...found.containers.filter(isOwn).map(({ name, labels }) => {
      const engine = parseEngineAddress(labels[LABEL.address] ?? "");
      return engine === undefined
        ? prefixOfContainer((labels[LABEL.address] ?? "").replace(/^container\./, ""))
        : withoutEnd(name, engineName("", engine.pool, engine.slot));
    }),
    ...found.volumes.filter(isOwn).map(({ name, labels }) => {
      const session = sessionOf(labels);
      const end =
        session === undefined ? name.slice(name.lastIndexOf("-")) : `-${session.template}-${session.session}`;
      return withoutEnd(name, end);
    }),
  ].filter((prefix) => prefix !== undefined);
  return mostCommon(prefixes.filter(isId));
}

/** Of several equally common ones the first in the alphabet; undefined of none. */
export function mostCommon(texts: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const sorted = [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1));
  return sorted[0]?.[0];
}
