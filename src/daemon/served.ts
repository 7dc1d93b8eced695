import type { Jobs } from "../jobs/jobs.js";
import type { PassRecord } from "../model/daemon-status.js";
import type { ApplyEvent } from "../model/event.js";
import type { PlanDocument } from "../model/plan-document.js";
import type { Address } from "../model/resource.js";
import type { ProjectStatus } from "../model/status.js";
import type { Pools } from "../pool/pools.js";
import type { Feed } from "./feed/feed.js";

/** All that a watcher lets others ask of it, in this process or over HTTP. */
export interface Served {
  readonly pools: Pools;
  readonly jobs: Jobs;
  readonly requests: Requests;
  readonly overview: Overview;
  readonly feed: Feed;
}

/** A template that somebody asks for beside the file. */
export interface TemplateWish {
  readonly id: string;
  readonly image: string;
  readonly blob: string;
}

/** A session that somebody asks for beside the file. */
export interface SessionWish {
  readonly id: string;
  /** Id of its template, which need not be wanted itself. */
  readonly template: string;
  readonly processors: readonly string[];
  readonly plugins: readonly string[];
}

export interface WarmOptions {
  /** At most so long; what was asked for stays wanted after that. */
  readonly waitMs: number;
  /** The caller has gone: it waits no more; what it asked for stays wanted. */
  readonly cancel: AbortSignal;
  /** Told of the work on what was asked for. */
  readonly onWork?: (event: ApplyEvent) => void;
}

/**
 * What is wanted on request, kept in the state directory until nobody has asked for it for a while. Every method throws
 * WarmError: `usage` (no such image reference or id), `name-conflict` (the file says otherwise, with its line), `queue-full`,
 * `disk-full`, `host-unreachable`, `no-watcher`, and what the work failed with.
 */
export interface Requests {
  /** Resolves once the template is as it was asked for and healthy, by a look at it and a probe just now. */
  warmTemplate(wish: TemplateWish, options: WarmOptions): Promise<void>;
  /** Resolves once the session's volume and images are there. */
  warmSession(wish: SessionWish, options: WarmOptions): Promise<void>;
  /** Takes the session back; resolves once its volume is gone, or the time is up. Fine when there is none. */
  forgetSession(id: string, options: WarmOptions): Promise<void>;
}

/** A file that somebody wants a plan of. */
export interface CandidateFile {
  readonly text: string;
  /** For people: its name in problems and in the plan. */
  readonly name: string;
}

export interface ReconcileOrder {
  /** How long to wait until nothing is left to do; 0: not at all. */
  readonly waitMs: number;
  readonly cancel: AbortSignal;
}

export interface Reconciled {
  /** The last pass that was waited for; undefined without a wait. */
  readonly pass: PassRecord | undefined;
  /** Changes that are still to be made. */
  readonly open: readonly Address[];
}

export interface ReadinessCheck {
  readonly name: "pass" | "host" | "pools";
  readonly isMet: boolean;
  /** In a sentence without a full stop. */
  readonly detail: string;
}

/** How the project stands. */
export interface Overview {
  /** By the last pass; a number that changes whenever `status` would say something else but ages. */
  readonly revision: number;
  /** As the last pass found it, with the health of templates as of a few seconds ago. @throws WarmError `host-unreachable` before the first pass */
  status(): Promise<ProjectStatus>;
  /**
   * Looks at the host now and plans: what the watcher keeps, or a candidate for it. Reads only.
   * @throws ConfigError for the candidate; WarmError of the docker edge
   */
  plan(candidate?: CandidateFile): Promise<PlanDocument>;
  /** Reads the file again, tries anew what is backing off, and makes a pass. */
  reconcile(order: ReconcileOrder): Promise<Reconciled>;
  /** Whether all that was promised can be asked of it. */
  readiness(): readonly ReadinessCheck[];
  /** Whether its loop goes round. */
  isAlive(): boolean;
}
