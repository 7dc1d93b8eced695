import { Counter, Gauge, type Registry } from "prom-client";
import type { RevisionMark, RevisionStatus } from "../../model/revision-status.js";

/** Which text of the file is wanted and which is applied, and how pulling goes. */
export interface RevisionMetrics {
  /** @param revisions undefined while nothing is known of them */
  read(revisions: RevisionStatus | undefined): void;
}

export function createRevisionMetrics(registry: Registry): RevisionMetrics {
  const registers = [registry];
  const info = new Gauge({
    ...{ name: "warm_config_revision_info", labelNames: ["kind", "commit"], registers },
    help: "1 for the revision that is wanted and for the one that was applied last; a plain file's by its sha256.",
  });
  const synced = new Gauge({
    ...{ name: "warm_config_in_sync", help: "1 while the revision that is wanted is applied.", registers },
  });
  const fetchedAt = new Gauge({
    ...{ name: "warm_git_last_fetch_timestamp_seconds", registers },
    help: "When the repository last answered, seconds since the epoch.",
  });
  const failures = new Counter({
    ...{ name: "warm_git_fetch_failures_total", help: "Looks at the repository that failed.", registers },
  });
  synced.remove();
  fetchedAt.remove();
  let counted = 0;

  return {
    read(revisions) {
      // Two series at most, whatever comes and goes.
      info.reset();
      if (revisions === undefined) return;
      const { git, wanted, applied, isInSync } = revisions;
      for (const [kind, mark] of Object.entries({ wanted, applied })) {
        const commit = mark && nameOf(mark, git !== undefined);
        if (commit !== undefined) info.set({ kind, commit }, 1);
      }
      synced.set(isInSync ? 1 : 0);
      if (git?.fetchedAt !== undefined) fetchedAt.set(Date.parse(git.fetchedAt) / 1000);
      failures.inc(Math.max(0, (git?.failures ?? 0) - counted));
      counted = Math.max(counted, git?.failures ?? 0);
    },
  };
}

const nameOf = ({ sha256, commit }: RevisionMark, isGit: boolean) => (isGit ? commit : sha256);
