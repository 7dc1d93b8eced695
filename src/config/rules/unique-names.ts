import {
  lockName,
  seederName,
  stripDashes,
  templateContainerName,
  templateVolumeName,
} from "../../model/names.js";
import { placeOf, pointerTo } from "../file/positions.js";
import { findingAt } from "../finding.js";
import { DEFAULTS } from "../normalize/defaults.js";
import type { Draft } from "../normalize/raw-config.js";
import type { Rule } from "./rule.js";

/** A Docker name that something in the file will take. */
interface Claim {
  /** Volumes and containers have name spaces of their own. */
  readonly kind: "volume" | "container";
  readonly name: string;
  readonly pointer: string;
}

/** No two resources want one Docker name. Template ids lose their dashes there, so `a-b` and `ab` do. */
export const uniqueNames: Rule = function* (draft, positions) {
  const holders = new Map<string, Claim>();
  const reported = new Set<string>();
  for (const claim of claimNames(draft)) {
    const key = `${claim.kind} ${claim.name}`;
    const holder = holders.get(key);
    if (holder === undefined) holders.set(key, claim);
    // Of the several names that two ids share, one is enough to say.
    if (holder === undefined || reported.has(claim.pointer)) continue;
    reported.add(claim.pointer);
    yield findingAt(positions, claim.pointer, "key", {
      rule: "unique-names",
      message: `wants the ${claim.kind} name \`${claim.name}\`, as \`${placeOf(positions, holder.pointer).field}\` does`,
      hint: "choose an id that differs in more than dashes",
    });
  }
};

/**
 * Sessions and engines are left out: a session's volume is the only name with a dash after a template's id, and a
 * pool's name stands whole in those of its engines, so none of them meets another.
 */
function* claimNames({ project, prefix = DEFAULTS.prefix, templates }: Draft): Generator<Claim> {
  if (project !== undefined) yield { kind: "container", name: lockName(project), pointer: "/project" };
  for (const id of Object.keys(templates ?? {})) {
    const tid = stripDashes(id);
    const pointer = pointerTo("templates", id);
    yield { kind: "volume", name: templateVolumeName(prefix, tid), pointer };
    yield { kind: "container", name: templateContainerName(prefix, tid), pointer };
    yield { kind: "container", name: seederName(prefix, tid), pointer };
  }
}
