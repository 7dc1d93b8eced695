import {
  engineName,
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
      hint:
        holder.pointer === "/project"
          ? "choose another id, project or prefix"
          : "choose an id that differs in more than dashes",
    });
  }
};

/**
 * Sessions are left out: a session's volume is the only name with a dash after a template's id. Of engines only the
 * lock can want the name: a pool's stands whole in those of its engines and a slot has no dash, so pools never meet
 * one another, and their names part from those of templates after the prefix.
 */
function* claimNames({ project, prefix = DEFAULTS.prefix, templates, engines }: Draft): Generator<Claim> {
  const lock = project === undefined ? undefined : lockName(project);
  if (lock !== undefined) yield { kind: "container", name: lock, pointer: "/project" };
  for (const id of Object.keys(templates ?? {})) {
    const tid = stripDashes(id);
    const pointer = pointerTo("templates", id);
    yield { kind: "volume", name: templateVolumeName(prefix, tid), pointer };
    yield { kind: "container", name: templateContainerName(prefix, tid), pointer };
    yield { kind: "container", name: seederName(prefix, tid), pointer };
  }
  for (const id of Object.keys(engines ?? {})) {
    const slot = Number(/-(\d+)$/.exec(lock ?? "")?.[1] ?? 1);
    yield { kind: "container", name: engineName(prefix, id, slot), pointer: pointerTo("engines", id) };
  }
}
