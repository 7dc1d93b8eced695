import type { JournalRecord } from "./journal/journal-record.js";

/** What leases have written into their engines, by container ID: a reset takes it away, whoever runs by then. */
export interface BoundPaths {
  of(containerId: string): readonly string[];
  /** Whether taking it away does not make the engine what it was: it took the place of files of the engine's own. */
  isSpoiled(containerId: string): boolean;
  /** In the journal, before anything is written. */
  add(containerId: string, paths: readonly string[]): void;
  /** All of it is there: who asks again for the lease finds it. */
  written(containerId: string): void;
  isWritten(containerId: string): boolean;
  spoil(containerId: string): void;
  clear(containerId: string): void;
  restore(records: readonly JournalRecord[]): void;
  /** What a journal written anew has to hold. */
  snapshot(): JournalRecord[];
}

interface Bound {
  readonly paths: readonly string[];
  readonly isSpoiled: boolean;
  readonly isWritten: boolean;
}

const NOTHING: Bound = { paths: [], isSpoiled: false, isWritten: false };

export function createBoundPaths(record: (record: JournalRecord) => void): BoundPaths {
  const bound = new Map<string, Bound>();
  const recordOf = (containerId: string, { paths, isSpoiled, isWritten }: Bound) =>
    ({
      k: "bound",
      containerId,
      paths,
      ...(isSpoiled && { isSpoiled }),
      ...(isWritten && { isWritten }),
    }) as const;
  const find = (containerId: string) => bound.get(containerId) ?? NOTHING;

  function set(containerId: string, next: Bound): void {
    bound.set(containerId, next);
    record(recordOf(containerId, next));
  }

  return {
    of: (containerId) => find(containerId).paths,
    isSpoiled: (containerId) => find(containerId).isSpoiled,
    isWritten: (containerId) => find(containerId).isWritten,
    add(containerId, paths) {
      const known = find(containerId);
      set(containerId, { ...known, paths: [...new Set([...known.paths, ...paths])], isWritten: false });
    },
    written: (containerId) => set(containerId, { ...find(containerId), isWritten: true }),
    spoil: (containerId) => set(containerId, { ...find(containerId), isSpoiled: true }),
    clear(containerId) {
      if (bound.delete(containerId)) record(recordOf(containerId, NOTHING));
    },
    restore(records) {
      for (const one of records) {
        if (one.k === "gone") bound.delete(one.containerId);
        if (one.k !== "bound") continue;
        const { containerId, paths, isSpoiled = false, isWritten = false } = one;
        if (paths.length > 0 || isSpoiled) bound.set(containerId, { paths, isSpoiled, isWritten });
        else bound.delete(containerId);
      }
    },
    snapshot: () => [...bound].map(([containerId, one]) => recordOf(containerId, one)),
  };
}
