export type { Clock, StopSignals } from "./apply/apply-context.js";
export { type ApplyResult, type ApplySettings, applyProject } from "./apply/apply-project.js";
export type { Project, ProjectSettings } from "./apply/open-project.js";
export { type LoadedConfig, loadConfig } from "./config/load-config.js";
export type { FeedEvent } from "./daemon/feed/feed.js";
export type { WatchLog } from "./daemon/log/watch-log.js";
export type { CandidateFile, ReadinessCheck, Reconciled } from "./daemon/served.js";
export { type WatchSettings, watchProject } from "./daemon/watch-project.js";
export { ERROR_GUIDE, type ErrorAdvice } from "./error-guide.js";
export { ERROR_CODES, type ErrorCode, toWarmError, WarmError } from "./errors.js";
export type { JobRequest } from "./jobs/jobs.js";
export type { EndedJob } from "./jobs/until-ended.js";
export type { EngineState, EngineStep, EngineView, LeaseView, PoolView } from "./model/engine.js";
export type { ApplyEvent, ApplySummary, LockHolder } from "./model/event.js";
export type { JobFailure, JobOutcome, JobPhase, JobState, JobTimings, JobView } from "./model/job.js";
export type { Observed } from "./model/observed.js";
export type { Action, Change, FieldChange, Plan, PlanOptions, Precondition, Reason } from "./model/plan.js";
export type { PlanDocument } from "./model/plan-document.js";
export { ConfigError, type Problem } from "./model/problem.js";
export type { Desired, Resource } from "./model/resource.js";
export { type OpenWarmSettings, openWarm, type RunRequest, type Warm, type WarmPool } from "./open-warm.js";
export { planProject } from "./plan/plan-project.js";
export type { HeldLease } from "./pool/hold-lease.js";
export { openPooledProject as openProject, type PooledProjectSettings } from "./pool/open-pooled-project.js";
export type {
  Binding,
  CommandResult,
  GrantedLease,
  LeaseRequest,
  QueuePlace,
  ReleaseOutcome,
} from "./pool/pools.js";
export type { StatusDocument } from "./report/format-status.js";
export { createClient } from "./server/client/create-client.js";
export type { ReadEvent } from "./server/client/event-reader.js";
export type { RemoteWatcher } from "./server/client/target.js";
export type { EventOptions, WarmClient } from "./server/client/warm-client.js";
