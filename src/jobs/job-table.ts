import { WarmError } from "../errors.js";
import type { JobView } from "../model/job.js";
import type { Job } from "./job.js";

/** The jobs that can be asked about: those under way, and the last ones that are over. */
export interface JobTable {
  add(job: Job): void;
  /** One of an earlier run. */
  remember(view: JobView): void;
  find(id: string): Job | undefined;
  /** The one under way that makes this result. */
  making(dir: string, hash: string): Job | undefined;
  /** Not over. */
  active(): readonly Job[];
  /** Hashes of the results that are being made, or were made or asked for just now: nobody is to lose them. */
  wanted(wallMs: number): string[];
  /** @throws WarmError `not-found` */
  view(id: string): JobView;
  /** Newest first. */
  views(): JobView[];
  /** It is over. */
  settle(job: Job): void;
}

/** Of those that are over. */
const KEPT = 500;
const JUST_NOW_MS = 60_000;

/** @param dirOf where a job's result lands */
export function createJobTable(dirOf: (job: Job) => string): JobTable {
  const jobs = new Map<string, Job>();
  const making = new Map<string, Job>();
  const over = new Map<string, JobView>();
  const keyOf = (dir: string, hash: string) => `${dir}\0${hash}`;

  function remember(view: JobView): void {
    over.set(view.id, view);
    for (const id of over.keys()) {
      if (over.size <= KEPT) return;
      over.delete(id);
    }
  }

  return {
    add(job) {
      jobs.set(job.id, job);
      making.set(keyOf(dirOf(job), job.hash), job);
    },
    remember,
    find: (id) => jobs.get(id),
    making: (dir, hash) => making.get(keyOf(dir, hash)),
    wanted: (wallMs) => [
      ...[...jobs.values()].map(({ hash }) => hash),
      ...[...over.values()]
        .filter(({ since }) => Date.parse(since) > wallMs - JUST_NOW_MS)
        .map(({ hash }) => hash),
    ],
    active: () => [...jobs.values()],
    view(id) {
      const view = jobs.get(id)?.view() ?? over.get(id);
      if (view !== undefined) return view;
      throw new WarmError("not-found", `there is no job ${id}`, {
        hint: "`warm jobs` lists those under way and the last ones that are over",
      });
    },
    views: () => [...over.values(), ...[...jobs.values()].map((job) => job.view())].reverse(),
    settle(job) {
      jobs.delete(job.id);
      const key = keyOf(dirOf(job), job.hash);
      if (making.get(key) === job) making.delete(key);
      remember(job.view());
    },
  };
}
