import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/**
 * Files that take longest, the longest first, each as the end of its path. Vitest orders by size what it has not run
 * before, so that in a clean checkout a short file with long tests would run alone at the end.
 */
const longest = [
  "scenarios/seeding/seeding-killed.test.ts",
  "scenarios/seeding/swap-killed.test.ts",
  "scenarios/jobs/killed.test.ts",
  "scenarios/jobs/many-jobs.test.ts",
  "scenarios/locking/locking.test.ts",
  "scenarios/watch/lock.test.ts",
  "scenarios/seeding/seeding-proofs.test.ts",
  "scenarios/seeding/seeding-failed.test.ts",
  "scenarios/pools/engines-rollout.test.ts",
  "scenarios/pools/pool-killed-work.test.ts",
  "scenarios/pools/pool-killed.test.ts",
  "scenarios/templates/health.test.ts",
  "scenarios/watch/killed.test.ts",
  "scenarios/watch/killed-swap.test.ts",
  "scenarios/pools/engines-library.test.ts",
  "scenarios/locking/lock-expiry.test.ts",
  "scenarios/sessions/sessions-expired.test.ts",
  "scenarios/hosts/ssh.test.ts",
  "scenarios/watch/takeover.test.ts",
  "scenarios/jobs/lifecycle.test.ts",
  "scenarios/watch/notify.test.ts",
  "scenarios/hosts/transports.test.ts",
  "scenarios/pools/engines-scale.test.ts",
  "scenarios/pools/engines-idle.test.ts",
  "jobs/data/crash.test.ts",
  "cli/run.test.ts",
];

/** Starts the files that take longest first, the others as vitest orders them. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const place = longest.findIndex((path) => moduleId.endsWith(`/test/${path}`));
      return place === -1 ? longest.length : place;
    };
    return (await super.sort(files)).sort((one, other) => rankOf(one) - rankOf(other));
  }
}
