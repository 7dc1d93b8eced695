import type { JobView } from "../../../src/model/job.js";
import type { JobSeen } from "../record.js";
import { type Loader, pause } from "./load.js";

const PAUSE_MS = 1_500;
const WAIT_MS = 2_000;

/** Submits one job after the other, and waits for the end of each while there is time. */
export async function runJobs(loader: Loader): Promise<void> {
  const { client, project, record, random, over, failed } = loader;
  for (let number = 0; !over.aborted; number += 1) {
    // Now and then one whose result is there.
    const seed = `world-${random.below(4) === 0 ? random.below(number + 1) : number}`;
    try {
      const { id } = await client.submitJob(project.pool, { holder: "jobs", params: { seed } });
      const seen: JobSeen = { id, seed };
      record.jobs.push(seen);
      await followJob(seen, loader);
    } catch (error) {
      failed("submit", error);
    }
    await pause(random.below(PAUSE_MS), loader);
  }
}

async function followJob(seen: JobSeen, { client, over, failed, ...rest }: Loader): Promise<void> {
  for (let after = 0; !over.aborted; ) {
    try {
      const view: JobView = await client.changedJob(seen.id, after, WAIT_MS);
      seen.last = view;
      if (view.outcome !== undefined) return;
      after = view.revision;
    } catch (error) {
      // Who has accepted it may be gone, and another one may not know of it yet. In the end all are asked for once more.
      failed("follow", error);
      after = 0;
      await pause(300, { over, ...rest });
    }
  }
}
