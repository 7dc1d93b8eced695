import type { JournalRecord } from "./journal/journal-record.js";

/** What leases have written into their engines, by container ID: a reset takes it away, whoever runs by then. */
export interface BoundPaths {
  of(containerId: string): readonly string[];
  /** Whether taking it away does not make the engine what it was: it took the place of files of the engine's own. */
  isSpoiled(containerId: string): boolean;
  /** In the journal, before anything is written. */
  add(containerId: string, paths: readonly string[]): void;
  spoil(containerId: string): void;
  clear(containerId: string): void;
  restore(records: readonly JournalRecord[]): void;
  /** What a journal written anew has to hold. */
  snapshot(): JournalRecord[];
}

interface Bound {
  readonly paths: readonly string[];
  readonly isSpoiled: boolean;
}

export function createBoundPaths(record: (record: JournalRecord) => void): BoundPaths {
  const bound = new Map<string, Bound>();
  const recordOf = (containerId: string, { paths, isSpoiled }: Bound) =>
    ({ k: "bound", containerId, paths, ...(isSpoiled && { isSpoiled }) }) as const;
  const pathsOf = (containerId: string) => bound.get(containerId)?.paths ?? [];

  function set(containerId: string, next: Bound): void {
    bound.set(containerId, next);
    record(recordOf(containerId, next));
  }

  return {
    of: pathsOf,
    isSpoiled: (containerId) => bound.get(containerId)?.isSpoiled ?? false,
    add(containerId, paths) {
      const all = [...new Set([...pathsOf(containerId), ...paths])];
      set(containerId, { paths: all, isSpoiled: bound.get(containerId)?.isSpoiled ?? false });
    },
    spoil: (containerId) => set(containerId, { paths: pathsOf(containerId), isSpoiled: true }),
    clear(containerId) {
      if (bound.delete(containerId)) record(recordOf(containerId, { paths: [], isSpoiled: false }));
    },
    restore(records) {
      for (const one of records) {
        if (one.k === "gone") bound.delete(one.containerId);
        if (one.k !== "bound") continue;
        const { containerId, paths, isSpoiled = false } = one;
        if (paths.length > 0 || isSpoiled) bound.set(containerId, { paths, isSpoiled });
        else bound.delete(containerId);
      }
    },
    snapshot: () => [...bound].map(([containerId, one]) => recordOf(containerId, one)),
  };
}
