import type { LeaseSeen, RunRecord } from "../record.js";

/** What is wrong with what holders of leases saw: each engine with one holder, clean, fences that grow. */
export function checkLeases({ leases }: Pick<RunRecord, "leases">): string[] {
  return [...findDoubles(leases), ...findTraces(leases), ...findOldFences(leases)];
}

/**
 * An engine goes from hand to hand only when it was given back as clean: one that was given back as dirty, or not at all,
 * is replaced, and its container is nobody's any more.
 */
function findDoubles(leases: readonly LeaseSeen[]): string[] {
  return [...groupBy(leases, ({ containerId }) => containerId).values()].flatMap((ofOne) => {
    const inOrder = [...ofOne].sort((one, other) => one.toldAtMs - other.toldAtMs);
    return inOrder.flatMap((next, index) => {
      const before = inOrder[index - 1];
      if (before === undefined || before.id === next.id) return [];
      const { outcome, releasedAtMs = Number.POSITIVE_INFINITY } = before;
      if (outcome === "clean" && releasedAtMs <= next.toldAtMs) return [];
      const had =
        outcome === undefined ? "never given back" : `given back as ${outcome} at ${ms(releasedAtMs)}`;
      return [`double lease: ${describe(next)} was given an engine that ${describe(before)} had, ${had}`];
    });
  });
}

/** Nothing of an earlier job is there, and nobody else works there. */
function findTraces(leases: readonly LeaseSeen[]): string[] {
  return leases.flatMap((lease) => {
    const { found, foundAtEnd, key } = lease;
    return [
      ...(found === undefined || found === "" ? [] : [`not clean: ${describe(lease)} found ${found.trim()}`]),
      ...(foundAtEnd === undefined || foundAtEnd.trim() === key
        ? []
        : [`disturbed: ${describe(lease)} found ${foundAtEnd.trim() || "nothing"} beside its own work`]),
    ];
  });
}

/** Of two leases, one of which was told before the other was asked for, the later has the higher fence. */
function findOldFences(leases: readonly LeaseSeen[]): string[] {
  const inOrder = [...leases].sort((one, other) => one.toldAtMs - other.toldAtMs);
  return inOrder.flatMap((later) => {
    const older = inOrder.find(
      (one) => one.id !== later.id && one.toldAtMs < later.askedAtMs && one.fence >= later.fence,
    );
    return older === undefined ? [] : [`fence: ${describe(later)} is no newer than ${describe(older)}`];
  });
}

const describe = ({ id, key, fence, engine, containerId, toldAtMs }: LeaseSeen) =>
  `${id} (${key}, fence ${fence}, ${engine}, ${containerId.slice(0, 12)}, told at ${ms(toldAtMs)})`;
const ms = (atMs: number) => `${Math.round(atMs)} ms`;

function groupBy<T>(things: readonly T[], keyOf: (thing: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const thing of things) groups.set(keyOf(thing), [...(groups.get(keyOf(thing)) ?? []), thing]);
  return groups;
}
