import { setTimeout as sleep } from "node:timers/promises";
import { toWarmError } from "../../../src/errors.js";
import type { WarmClient } from "../../../src/server/client/warm-client.js";
import type { Sandbox } from "../../rig/sandbox.js";
import type { ChaosProject } from "../chaos-project.js";
import { createRandom, type Random } from "../random.js";
import type { RunRecord } from "../record.js";
import { runJobs } from "./run-jobs.js";
import { runLeases } from "./run-leases.js";
import { runRequests } from "./run-requests.js";
import { watchPools, watchVolumes } from "./watch-host.js";

/** What everybody who uses the watcher has. */
export interface Loader {
  readonly sandbox: Sandbox;
  readonly project: ChaosProject;
  readonly client: WarmClient;
  readonly record: RunRecord;
  /** Fires when nothing new is to be begun. */
  readonly over: AbortSignal;
  readonly random: Random;
  now(): number;
  /** Notes an error that a call ended with. @returns its code */
  failed(does: string, error: unknown): string;
}

export type LoadSettings = Omit<Loader, "random" | "failed"> & { readonly seed: string };

const HOLDERS = ["one", "two", "three", "four"];

/** Everything that goes on at once: holders of leases, jobs, requests, and those who only look. Settles once all have ended. */
export async function runLoad({ seed, ...settings }: LoadSettings): Promise<void> {
  const { record, now } = settings;
  const failed: Loader["failed"] = (does, error) => {
    const { code, message } = toWarmError(error);
    record.errors.push({ atMs: now(), does, code, message });
    return code;
  };
  const loader = (name: string): Loader => ({ ...settings, failed, random: createRandom(`${seed} ${name}`) });
  await Promise.all([
    ...HOLDERS.map((holder) => runLeases(holder, loader(holder))),
    runJobs(loader("jobs")),
    runRequests(loader("requests")),
    watchPools(loader("pools")),
    watchVolumes(loader("volumes")),
  ]);
}

/** Ends early when the load is over. */
export async function pause(ms: number, { over }: Pick<Loader, "over">): Promise<void> {
  await sleep(ms, undefined, { signal: over }).catch(() => undefined);
}

const HARNESS_MS = 15_000;

/** A call to Docker whose daemon is killed in the midst of its answer never ends by itself. */
export async function withDeadline<T>(call: Promise<T>): Promise<T> {
  const isDone = new AbortController();
  const deadline = sleep(HARNESS_MS, undefined, { signal: isDone.signal, ref: false }).then(() => {
    throw new Error("Docker did not answer in time");
  });
  deadline.catch(() => undefined);
  try {
    return await Promise.race([call, deadline]);
  } finally {
    isDone.abort();
  }
}
