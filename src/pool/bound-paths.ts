import type { JournalRecord } from "./journal/journal-record.js";

/** What leases have written into their engines, by container ID: a reset takes it away, whoever runs by then. */
export interface BoundPaths {
  of(containerId: string): readonly string[];
  /** In the journal, before anything is written. */
  add(containerId: string, paths: readonly string[]): void;
  clear(containerId: string): void;
  restore(records: readonly JournalRecord[]): void;
  /** What a journal written anew has to hold. */
  snapshot(): JournalRecord[];
}

export function createBoundPaths(record: (record: JournalRecord) => void): BoundPaths {
  const bound = new Map<string, readonly string[]>();
  const recordOf = (containerId: string, paths: readonly string[]) =>
    ({ k: "bound", containerId, paths }) as const;
  return {
    of: (containerId) => bound.get(containerId) ?? [],
    add(containerId, paths) {
      const all = [...new Set([...(bound.get(containerId) ?? []), ...paths])];
      bound.set(containerId, all);
      record(recordOf(containerId, all));
    },
    clear(containerId) {
      if (bound.delete(containerId)) record(recordOf(containerId, []));
    },
    restore(records) {
      for (const one of records) {
        if (one.k === "gone") bound.delete(one.containerId);
        if (one.k !== "bound") continue;
        if (one.paths.length > 0) bound.set(one.containerId, one.paths);
        else bound.delete(one.containerId);
      }
    },
    snapshot: () => [...bound].map(([containerId, paths]) => recordOf(containerId, paths)),
  };
}
