import { Registry } from "prom-client";
import { expect, it } from "vitest";
import type { GitStatus, RevisionStatus } from "../../src/model/revision-status.js";
import { createRevisionMetrics } from "../../src/server/metrics/revision-metrics.js";

const git: GitStatus = {
  ...{ url: "/srv/infra", ref: "main", path: "warm.yaml", pollMs: 30_000, verifiesSignatures: false },
  ...{ failures: 2, fetchedAt: "2026-03-01T12:00:00.000Z" },
};
const at = "2026-03-01T12:00:00.000Z";

async function series(...reads: (RevisionStatus | undefined)[]): Promise<string[]> {
  const registry = new Registry();
  const metrics = createRevisionMetrics(registry);
  for (const read of reads) metrics.read(read);
  return (await registry.metrics()).split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

it("of all commits that come and go, only what is wanted and what is applied is shown", async () => {
  const applied = { sha256: "a".repeat(64), commit: "a1", at };
  const before: RevisionStatus = { git, wanted: applied, applied, isInSync: true, rollsBack: false };
  const now = {
    ...before,
    wanted: { ...applied, commit: "b2" },
    isInSync: false,
    git: { ...git, failures: 5 },
  };
  expect(await series(undefined, before, now, now)).toEqual([
    'warm_config_revision_info{kind="wanted",commit="b2"} 1',
    'warm_config_revision_info{kind="applied",commit="a1"} 1',
    "warm_config_in_sync 0",
    `warm_git_last_fetch_timestamp_seconds ${Date.parse(at) / 1000}`,
    "warm_git_fetch_failures_total 5",
  ]);
});

it("a plain file goes by its hash, and has no repository", async () => {
  const wanted = { sha256: "c".repeat(64), commit: "c3", at };
  expect(await series({ wanted, applied: wanted, isInSync: true, rollsBack: false })).toEqual([
    `warm_config_revision_info{kind="wanted",commit="${"c".repeat(64)}"} 1`,
    `warm_config_revision_info{kind="applied",commit="${"c".repeat(64)}"} 1`,
    "warm_config_in_sync 1",
    "warm_git_fetch_failures_total 0",
  ]);
});

it("before anything is known, nothing is said", async () => {
  expect(await series(undefined)).toEqual(["warm_git_fetch_failures_total 0"]);
});
