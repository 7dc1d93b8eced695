import type { TransitionType } from "../../model/transition.js";

/** The file as it is written, once it fits schemas/warm.schema.json: nothing parsed, no defaults. */
export interface RawConfig {
  readonly version: 1;
  readonly project: string;
  readonly prefix?: string;
  readonly network?: string;
  readonly dataDir?: string;
  readonly pull?: RawPull;
  readonly prune?: "none" | "safe" | "all";
  readonly interval?: string;
  readonly drift?: "heal" | "detect";
  readonly flapping?: { readonly heals?: number; readonly within?: string };
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
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

export interface RawOutput {
  readonly from: string;
  readonly to: string;
  readonly require?: readonly string[];
}

export interface RawJob {
  readonly driver: "console" | "exec" | "signal" | "http" | "rcon" | "restart";
  readonly command?: string | readonly string[];
  readonly params?: Readonly<Record<string, RawParam>>;
  readonly key: string;
  readonly confirm?: RawWitness;
  readonly done: RawWitness;
  readonly timeout?: string;
  readonly outputs?: readonly RawOutput[];
}

export interface RawStep {
  readonly exec: readonly string[];
}

export interface RawReset {
  readonly steps: readonly RawStep[];
  readonly verify: RawStep;
  readonly timeout?: string;
}

export interface RawEngine {
  readonly image: string;
  readonly size?: RawPoolSize;
  readonly env?: RawEnv;
  readonly resources?: RawResources;
  readonly ready: RawReady;
  readonly ttl?: string;
  readonly maxJobs?: number;
  readonly autoReset?: boolean;
  readonly job?: RawJob;
  readonly reset?: RawReset;
}

type DeepPartial<T> = T extends string | number | boolean | undefined
  ? T
  : T extends readonly unknown[]
    ? T
    : { readonly [Key in keyof T]?: DeepPartial<T[Key]> };

/** What is left of a file without the parts that do not fit the schema: what the rules look at. */
export type Draft = DeepPartial<RawConfig>;
export type DraftEngine = DeepPartial<RawEngine>;
