import type { TransitionType } from "../../model/transition.js";

/** The file as it is written, once it fits schemas/warm.schema.json: nothing parsed, no defaults. */
export interface RawConfig {
  readonly version: 1;
  readonly project: string;
  readonly prefix?: string;
  readonly network?: string;
  readonly dataDir?: string;
  readonly cache?: { readonly maxSize?: string | number };
  readonly pull?: RawPull;
  readonly prune?: "none" | "safe" | "all";
  readonly interval?: string;
  readonly drift?: "heal" | "detect";
  readonly flapping?: { readonly heals?: number; readonly within?: string };
  readonly requests?: { readonly ttl?: string; readonly sessionTtl?: string; readonly max?: number };
  readonly notify?: Readonly<Record<string, RawNotification>>;
  readonly templates?: Readonly<Record<string, RawTemplate>>;
  readonly sessions?: Readonly<Record<string, RawSession>>;
  readonly engines?: Readonly<Record<string, RawEngine>>;
}

export interface RawPull {
  readonly concurrency?: number;
  readonly policy?: "missing" | "always" | "never";
  readonly retries?: number;
  readonly idleTimeout?: string;
}

/** Exactly one of the two. */
export interface RawSecret {
  readonly fromEnv?: string;
  readonly fromFile?: string;
}

/** Exactly one of webhook and exec. */
export interface RawNotification {
  readonly webhook?: string | RawSecret;
  readonly exec?: readonly string[];
  readonly on?: readonly TransitionType[];
}

export type RawEnvValue = string | number | boolean | RawSecret;
export type RawEnv = Readonly<Record<string, RawEnvValue>>;

export interface RawResources {
  readonly memory?: string | number;
  readonly cpus?: number;
  readonly pids?: number;
}

/** At most one of path, tcp, exec and healthcheck. */
export interface RawHealth {
  readonly path?: string;
  readonly tcp?: true;
  readonly exec?: readonly string[];
  readonly healthcheck?: true;
  readonly interval?: string;
  readonly timeout?: string;
}

export interface RawTemplate {
  readonly image: string;
  readonly blob: string;
  readonly port?: number;
  readonly mount?: string;
  readonly health?: RawHealth;
  readonly env?: RawEnv;
  readonly resources?: RawResources;
}

export interface RawSession {
  readonly template: string;
  readonly processors?: readonly string[];
  readonly plugins?: readonly string[];
  readonly ttl?: string;
}

export type RawPoolSize = number | { readonly min: number; readonly max: number; readonly spare?: number };

/** Exactly one of log, http, tcp, exec and healthcheck. */
export interface RawReady {
  readonly log?: string;
  readonly http?: { readonly port: number; readonly path?: string };
  readonly tcp?: number;
  readonly exec?: readonly string[];
  readonly healthcheck?: true;
  readonly timeout?: string;
}

/** Exactly one of log and file. */
export interface RawWitness {
  readonly log?: string;
  readonly file?: { readonly path: string; readonly contains?: string };
}

export interface RawParam {
  readonly type?: "string" | "integer" | "number" | "boolean";
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface RawOutput {
  readonly from: string;
  readonly to: string;
  readonly require?: readonly string[];
  readonly ready?: RawWitness;
  readonly schemas?: Readonly<Record<string, string>>;
}

export interface RawHostCommand {
  readonly exec: readonly string[];
  readonly timeout?: string;
}

export interface RawJob {
  readonly driver: "console" | "exec" | "signal" | "http" | "rcon" | "restart";
  readonly command?: string | readonly string[];
  readonly fifo?: string;
  readonly port?: number;
  readonly path?: string;
  readonly method?: "POST" | "PUT";
  readonly password?: RawEnvValue;
  readonly signal?: string;
  readonly file?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly params?: Readonly<Record<string, RawParam>>;
  readonly key: string;
  readonly confirm?: RawWitness;
  readonly done?: RawWitness;
  readonly timeout?: string;
  readonly retries?: number;
  readonly outputs?: readonly RawOutput[];
  readonly maxOutput?: string | number;
  readonly post?: readonly RawHostCommand[];
  readonly chunks?: { readonly count: number; readonly param: string };
  readonly merge?: RawHostCommand;
}

export interface RawStep {
  readonly exec: readonly string[];
}

export interface RawReset {
  readonly steps: readonly RawStep[];
  readonly verify: RawStep;
  readonly timeout?: string;
}

export interface RawEngineResources extends RawResources {
  readonly swap?: string | number;
}

export interface RawLogs {
  readonly maxSize?: string | number;
  readonly maxFiles?: number;
}

export interface RawLease {
  readonly ttl?: string;
  readonly max?: string;
  readonly queue?: number;
  readonly leakAfter?: string;
  readonly onExpire?: "recycle" | "reset";
}

export interface RawScheduleEntry {
  readonly cron: string;
  readonly timeZone?: string;
  readonly for: string;
  readonly size: RawPoolSize;
}

export interface RawRollout {
  readonly surge?: number;
  readonly unavailable?: number;
  readonly deadline?: string;
}

export interface RawEngine {
  readonly image: string;
  readonly command?: readonly string[];
  readonly size?: RawPoolSize;
  readonly schedule?: readonly RawScheduleEntry[];
  readonly scale?: { readonly cooldown?: string; readonly refill?: number };
  readonly env?: RawEnv;
  readonly resources?: RawEngineResources;
  readonly security?: { readonly noNewPrivileges?: boolean };
  readonly logs?: RawLogs;
  readonly ports?: readonly number[];
  readonly ready: RawReady;
  readonly errors?: { readonly log?: readonly string[] };
  readonly ttl?: string;
  readonly maxJobs?: number;
  readonly maxMemory?: string | number;
  readonly autoReset?: boolean;
  readonly reset?: RawReset;
  readonly lease?: RawLease;
  readonly quarantine?: { readonly ttl?: string; readonly keep?: number };
  readonly breaker?: { readonly failures?: number };
  readonly rollout?: RawRollout;
  readonly allowStale?: boolean;
  readonly idle?: "run" | "pause";
  readonly job?: RawJob;
}

type DeepPartial<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly unknown[]
    ? T
    : { readonly [Key in keyof T]?: DeepPartial<T[Key]> };

/** What is left of a file without the parts that do not fit the schema: what the rules look at. */
export type Draft = DeepPartial<RawConfig>;
export type DraftEngine = DeepPartial<RawEngine>;
