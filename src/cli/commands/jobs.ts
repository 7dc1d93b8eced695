import { formatJobs, formatJobsJson } from "../../report/format-jobs.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";

interface JobsOptions extends WatcherOptions {
  readonly json?: boolean;
}

export async function runJobs(
  context: CommandContext,
  { json = false, ...watcher }: JobsOptions,
  pool?: string,
): Promise<number> {
  const { terminal } = context;
  const client = openClient(context, watcher);
  try {
    const all = await client.jobs();
    const jobs = pool === undefined ? all : all.filter((job) => job.pool === pool);
    // Whoever mistypes a pool is to be told.
    if (pool !== undefined && jobs.length === 0) await client.view(pool);
    terminal.print(
      json ? formatJobsJson(jobs) : formatJobs(jobs, terminal.out, terminal.columns, new Date()),
    );
    return 0;
  } finally {
    client.close();
  }
}
