import type { DataSettings, JobSpec } from "../model/job.js";
import type { EngineLimits, PoolPolicy, PoolResource, Ready } from "../model/pool.js";
import type { Health, PrunePolicy, PullSettings, ResourceLimits } from "../model/resource.js";
import type { Secret } from "../model/secret.js";
import type { TransitionType } from "../model/transition.js";

export type Env = Readonly<Record<string, string | Secret>>;

/** A warm.yaml that is right in itself: defaults filled in, durations in ms, sizes in bytes. */
export interface Config {
  readonly project: string;
  readonly prefix: string;
  readonly network: string;
  readonly data: DataSettings;
  readonly pull: PullSettings;
  readonly prune: PrunePolicy;
  readonly intervalMs: number;
  readonly drift: "heal" | "detect";
  readonly flapping: FlappingLimit;
  readonly requests: RequestLimits;
  readonly notify: readonly NotifyConfig[];
  /** Each list is in the order of ids, whatever the order in the file. */
  readonly templates: readonly TemplateConfig[];
  readonly sessions: readonly SessionConfig[];
  readonly engines: readonly EngineConfig[];
}

/** So many heals in so much time are too many. */
export interface FlappingLimit {
  readonly heals: number;
  readonly withinMs: number;
}

/** How long what is asked for over HTTP stays wanted, counted from the last time that anybody asked; and how much of it. */
export interface RequestLimits {
  readonly templateTtlMs: number;
  readonly sessionTtlMs: number;
  /** Templates and sessions together. */
  readonly max: number;
}

export type NotifyConfig = {
  readonly id: string;
  /** Empty: all. */
  readonly on: readonly TransitionType[];
} & (
  | { readonly type: "webhook"; readonly url: string | Secret }
  | { readonly type: "exec"; readonly command: readonly string[] }
);

export interface TemplateConfig {
  readonly id: string;
  /** As written; `parseImageRef` accepts it. */
  readonly image: string;
  readonly blob: string;
  readonly port: number;
  readonly mount: string;
  readonly health: Health;
  readonly env: Env;
  readonly limits: ResourceLimits;
}

export interface SessionConfig {
  readonly id: string;
  /** The id of a template in the same file. */
  readonly template: string;
  readonly processors: readonly string[];
  readonly plugins: readonly string[];
  /** Counted from the volume's creation; undefined: for ever. */
  readonly ttlMs: number | undefined;
  /** Taken back by whoever asked for it: its volume is to go, whatever the prune policy. Never of a file. */
  readonly isForgotten?: boolean;
}

/** A pool of engines. */
export interface EngineConfig {
  readonly id: string;
  readonly image: string;
  /** Instead of the image's own. */
  readonly command: readonly string[] | undefined;
  readonly env: Env;
  readonly limits: EngineLimits;
  readonly noNewPrivileges: boolean;
  readonly logs: PoolResource["logs"];
  readonly ports: readonly number[];
  readonly ready: Ready;
  readonly policy: PoolPolicy;
  readonly job: JobSpec | undefined;
}
