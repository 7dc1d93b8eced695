import type { Reason } from "../../model/plan.js";
import type { ResourceKind } from "../../model/resource.js";

/** A clause about the resource; a kind of its own where the general one would read wrong. */
type Sentence = { readonly any: string } & Partial<Readonly<Record<ResourceKind, string>>>;

const SENTENCES = {
  "missing": { any: "does not exist", image: "not on the host" },
  "config-changed": { any: "its configuration changed" },
  "drift-field": { any: "changed outside warm" },
  "drift-stopped": { any: "not running" },
  "drift-unhealthy": { any: "runs but is not healthy" },
  "image-moved": {
    any: "its image tag names another image now",
    image: "the tag names another image in the registry now",
    volume: "its blob's tag names another image now",
  },
  "parent-replaced": {
    any: "something that it depends on is made anew",
    container: "its volume is made anew",
  },
  "seed-incomplete": {
    any: "its volume was not seeded to the end",
    volume: "not seeded to the end",
  },
  "seed-changed": {
    any: "its volume was seeded from another blob",
    volume: "seeded from another blob",
  },
  "orphaned": {
    any: "no longer declared",
    image: "marks an expired session that is no longer declared, or lives again",
  },
  "expired": { any: "its time to live is over", engine: "its time is over" },
  "surplus": { any: "more of them than declared", engine: "more engines than needed" },
  "scale-up": { any: "fewer of them than declared", engine: "more engines are needed" },
  "recycle-age": { any: "older than its time to live allows", engine: "older than its time to live" },
  "recycle-jobs": { any: "has run as many jobs as it may", engine: "has run its number of jobs" },
  "recycle-memory": { any: "uses more memory than it may" },
  "failed": { any: "failed" },
  "requested": { any: "requested", engine: "asked for" },
  "conflict-name": {
    any: "the name is taken by something that warm did not make",
    network: "the name is taken by a network that warm did not make",
    image: "the name is taken by an image that warm did not pull",
    volume: "the name is taken by a volume that warm did not make",
    container: "the name is taken by a container that warm did not make",
  },
  "conflict-in-use": {
    any: "in use by something that warm did not make",
    network: "in use by containers that warm did not make",
    image: "in use by containers that warm did not make",
    volume: "in use by containers that warm did not make",
  },
} as const satisfies Record<Reason, Sentence>;

/** The closed list of reasons, in the order of the model. */
export const REASONS = Object.keys(SENTENCES) as readonly Reason[];

/** Why a resource of that kind is changed, as a clause without capital and full stop. */
export function reasonSentence(reason: Reason, kind: ResourceKind): string {
  const sentence: Sentence = SENTENCES[reason];
  return sentence[kind] ?? sentence.any;
}

/** All reasons of one change as one clause, in their order. */
export function reasonsSentence(reasons: readonly Reason[], kind: ResourceKind): string {
  return reasons.map((reason) => reasonSentence(reason, kind)).join("; ");
}
