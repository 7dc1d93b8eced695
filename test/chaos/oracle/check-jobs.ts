import { sha256 } from "../../../src/model/canonical.js";
import type { JobSeen, RunRecord } from "../record.js";

/** A file of the data directory by its path there; undefined where there is none. */
export type ReadData = (path: string) => string | undefined;

/** Every job that was accepted is known and over, and what is called a success is there. */
export function checkJobs({ jobs }: Pick<RunRecord, "jobs">, read: ReadData): string[] {
  return jobs.flatMap((job) => checkJob(job, read));
}

function checkJob({ id, seed, last }: JobSeen, read: ReadData): string[] {
  if (last === undefined) return [`job ${id} (${seed}) was accepted and is forgotten`];
  const { outcome } = last;
  if (outcome === undefined) return [`job ${id} (${seed}) is ${last.state} for ever`];
  if (!outcome.success) return [];
  const dir = `seeds/${sha256(seed)}`;
  const expected = {
    [`${dir}/raw/${seed}.fwl`]: `seed ${seed}\n`,
    [`${dir}/raw/${seed}.db`]: `database of ${seed}\n`,
  };
  return [
    ...Object.entries(expected).flatMap(([path, text]) =>
      read(path) === text ? [] : [`result of ${id} (${seed}): ${path} is ${JSON.stringify(read(path))}`],
    ),
    ...(read(`${dir}/manifest.json`) === undefined ? [`result of ${id} (${seed}) has no manifest`] : []),
  ];
}
