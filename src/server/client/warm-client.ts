import type { JobRequest } from "../../jobs/jobs.js";
import type { LeaseView, PoolView } from "../../model/engine.js";
import type { JobView } from "../../model/job.js";
import type {
  CanaryResult,
  CommandResult,
  ExecOptions,
  GrantedLease,
  LeaseRequest,
  ReleaseOutcome,
} from "../../pool/pools.js";

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
  /** Lets its connections go; calls that are under way fail. */
  close(): void;
}
