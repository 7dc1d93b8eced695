import type { Readable } from "node:stream";
import type { FeedEvent } from "../../daemon/feed/feed.js";
import type { CandidateFile, ReadinessCheck, Reconciled } from "../../daemon/served.js";
import type { JobRequest } from "../../jobs/jobs.js";
import type { LeaseView, PoolView } from "../../model/engine.js";
import type { JobView } from "../../model/job.js";
import type { PlanDocument } from "../../model/plan-document.js";
import type {
  CanaryResult,
  CommandResult,
  ExecOptions,
  GrantedLease,
  LeaseRequest,
  ReleaseOutcome,
} from "../../pool/pools.js";
import type { StatusDocument } from "../../report/format-status.js";
import type { ReadEvent } from "./event-reader.js";

export interface EventOptions {
  /** Default all. */
  readonly types?: readonly FeedEvent["type"][];
  readonly after?: number | undefined;
  readonly cancel?: AbortSignal | undefined;
}

/**
 * The pools and jobs of a running watcher, from another process. Methods mean what those of `Pools` and `Jobs` mean and throw
 * the same WarmErrors; besides, each throws `no-watcher` when nobody answers, `deadline` when the watcher does not answer in time.
 */
export interface WarmClient {
  lease(pool: string, request: LeaseRequest): Promise<GrantedLease>;
  renew(leaseId: string, fence: number, ttlMs?: number): Promise<LeaseView>;
  release(leaseId: string, fence: number | undefined, outcome?: ReleaseOutcome): Promise<void>;
  exec(
    leaseId: string,
    fence: number,
    command: readonly string[],
    options?: Pick<ExecOptions, "timeoutMs">,
  ): Promise<CommandResult>;
  leases(): Promise<readonly LeaseView[]>;
  view(pool: string): Promise<PoolView>;
  views(): Promise<readonly PoolView[]>;
  recycle(pool: string, slot?: number): Promise<readonly string[]>;
  canary(pool: string, request: Pick<LeaseRequest, "holder" | "waitMs" | "cancel">): Promise<CanaryResult>;
  submitJob(pool: string, request: JobRequest): Promise<JobView>;
  job(id: string): Promise<JobView>;
  jobs(): Promise<readonly JobView[]>;
  /** Also `interrupted` when `cancel` fires. Waits are whole seconds. */
  changedJob(id: string, after: number, waitMs: number, cancel?: AbortSignal): Promise<JobView>;
  cancelJob(id: string): Promise<JobView>;
  /** Every change of a job until it is over. Ends early when the watcher does. */
  followJob(id: string, cancel?: AbortSignal): AsyncIterable<JobView>;
  /** The result of a job as a tar archive. A stream that fails has not given all of it. */
  result(id: string, cancel?: AbortSignal): Promise<Readable>;
  /** As `warm status --json` prints it. */
  status(): Promise<StatusDocument>;
  /** What a look at the host now would change. */
  plan(): Promise<PlanDocument>;
  /** The same for a candidate of the file. Throws `config-invalid` with its problems in the message. */
  planCandidate(candidate: CandidateFile): Promise<PlanDocument>;
  /** Has the file read again and a pass made; with `waitMs` waits until nothing is left to do. */
  reconcile(waitMs?: number, cancel?: AbortSignal): Promise<Reconciled>;
  /** What the watcher does, as it does it. @param options.after the last event that was seen, by an earlier call */
  events(options?: EventOptions): AsyncIterable<ReadEvent>;
  readiness(): Promise<readonly ReadinessCheck[]>;
  /** Lets its connections go; calls that are under way fail. */
  close(): void;
}
