import type { Action } from "../../model/plan.js";
import type { ResourceKind } from "../../model/resource.js";
import type { Style } from "../text/style.js";

interface Words {
  readonly symbol: string;
  /** `warm apply would …`. */
  readonly verb: string;
  readonly ongoing: string;
  readonly past: string;
  readonly paint: Exclude<keyof Style, "bold">;
}

const WORDS = {
  create: { symbol: "+", verb: "create", ongoing: "creating", past: "created", paint: "green" },
  start: { symbol: ">", verb: "start", ongoing: "starting", past: "started", paint: "cyan" },
  update: { symbol: "~", verb: "update in place", ongoing: "updating", past: "updated", paint: "yellow" },
  replace: { symbol: "±", verb: "replace", ongoing: "replacing", past: "replaced", paint: "yellow" },
  delete: { symbol: "-", verb: "delete", ongoing: "deleting", past: "deleted", paint: "red" },
  conflict: { symbol: "!", verb: "conflict", ongoing: "in conflict", past: "in conflict", paint: "red" },
  noop: { symbol: " ", verb: "unchanged", ongoing: "unchanged", past: "unchanged", paint: "dim" },
} as const satisfies Record<Action, Words>;

const PULL_WORDS = { verb: "pull", ongoing: "pulling", past: "pulled" } as const;

/** The symbol, words and colour of an action on a kind of resource; every way to get an image is a pull. */
export function actionWords(action: Action, kind: ResourceKind | undefined): Words {
  const isPull = kind === "image" && (action === "create" || action === "update" || action === "replace");
  return isPull ? { ...WORDS[action], ...PULL_WORDS } : WORDS[action];
}

const KINDS: readonly ResourceKind[] = ["network", "image", "volume", "container", "engine"];

/** The kind that an address starts with; undefined for kinds that have no words of their own. */
export function kindOf(address: string): ResourceKind | undefined {
  return KINDS.find((kind) => address.startsWith(`${kind}.`));
}
