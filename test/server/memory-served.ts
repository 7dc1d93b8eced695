import { createFeed } from "../../src/daemon/feed/feed.js";
import type {
  CandidateFile,
  Overview,
  ReadinessCheck,
  Requests,
  Served,
  SessionWish,
  TemplateWish,
  WarmOptions,
} from "../../src/daemon/served.js";
import { WarmError } from "../../src/errors.js";
import type { PlanDocument } from "../../src/model/plan-document.js";
import type { ProjectStatus, ResourceStatus } from "../../src/model/status.js";
import { createMemoryJobs } from "./memory-jobs.js";
import { createMemoryPools } from "./memory-pools.js";

/** What is asked beside the file, in memory: a test decides when it is warm, or what it fails with. */
export interface MemoryRequests extends Requests {
  readonly templates: readonly TemplateWish[];
  readonly sessions: readonly SessionWish[];
  readonly forgotten: readonly string[];
  waiting(): number;
  /** All who wait are answered. */
  settle(error?: WarmError): void;
  /** Whether they are warm already. */
  isWarm: boolean;
}

export function createMemoryRequests(): MemoryRequests {
  const waits = new Set<{ settle(): void; fail(error: WarmError): void; options: WarmOptions }>();
  const templates: TemplateWish[] = [];
  const sessions: SessionWish[] = [];
  const forgotten: string[] = [];

  function wait(options: WarmOptions): Promise<void> {
    if (requests.isWarm) return Promise.resolve();
    return new Promise<void>((resolve, reject) => {
      const entry = { settle: resolve, fail: reject, options };
      const end = (error: WarmError) => {
        if (waits.delete(entry)) reject(error);
      };
      waits.add(entry);
      options.cancel.addEventListener("abort", () =>
        end(new WarmError("interrupted", "nobody waits any more")),
      );
      setTimeout(() => end(new WarmError("deadline", "it is still being made warm")), options.waitMs).unref();
    });
  }

  const requests: MemoryRequests = {
    ...{ templates, sessions, forgotten, isWarm: false },
    waiting: () => waits.size,
    settle(error) {
      for (const one of waits) {
        waits.delete(one);
        one.options.onWork?.({ type: "action-started", address: "image.x", action: "create" });
        if (error === undefined) one.settle();
        else one.fail(error);
      }
    },
    warmTemplate(wish, options) {
      templates.push(wish);
      return wait(options);
    },
    warmSession(wish, options) {
      sessions.push(wish);
      return wait(options);
    },
    forgetSession(id, options) {
      forgotten.push(id);
      return wait(options);
    },
  };
  return requests;
}

/** How a project stands, as a test says it. */
export interface MemoryOverview extends Overview {
  revision: number;
  /** Undefined: the host is away. */
  project: ProjectStatus | undefined;
  checks: ReadinessCheck[];
  alive: boolean;
  readonly candidates: readonly CandidateFile[];
  readonly orders: readonly number[];
  planned: PlanDocument;
}

export function createMemoryOverview(resources = 3): MemoryOverview {
  const candidates: CandidateFile[] = [];
  const orders: number[] = [];
  const overview: MemoryOverview = {
    ...{ revision: 1, alive: true, candidates, orders },
    project: buildStatus(resources),
    checks: [{ name: "pass", isMet: true, detail: "3 passes" }],
    planned: PLAN,
    async status() {
      if (overview.project === undefined) throw new WarmError("host-unreachable", "the Docker host is away");
      return overview.project;
    },
    async plan(candidate) {
      if (candidate !== undefined) candidates.push(candidate);
      return overview.planned;
    },
    async reconcile({ waitMs }) {
      orders.push(waitMs);
      return { pass: undefined, open: ["container.a"] };
    },
    readiness: () => overview.checks,
    isAlive: () => overview.alive,
  };
  return overview;
}

const HOST = {
  ...{ id: "ABCD", endpoint: "unix:///var/run/docker.sock", version: "20.10.24", apiVersion: "1.41" },
  ...{ os: "linux", arch: "amd64" },
};

const PLAN: PlanDocument = {
  ...{ format: "warm.plan/1", digest: "p1:0123456789abcdef", project: "demo", changes: [], notes: [] },
  config: { path: "warm.yaml", sha256: "00" },
  target: HOST,
  options: { targets: [], excludes: [], replace: [], adopt: [], destroy: false },
  summary: { create: 0, start: 0, update: 0, replace: 0, delete: 0, conflict: 0, noop: 3 },
};

function buildStatus(count: number): ProjectStatus {
  const resources = Array.from({ length: count }, (_, index): ResourceStatus => {
    const name = `cyan-template-${String(index).padStart(32, "0")}`;
    const address = `container.${name}`;
    return {
      address,
      kind: "container",
      name,
      sync: "in-sync",
      state: "running",
      health: "healthy",
      reasons: [],
    };
  });
  return { project: "demo", host: HOST, resources, notes: [] };
}

export interface MemoryServed extends Served {
  readonly requests: MemoryRequests;
  readonly overview: MemoryOverview;
}

/** All that a server serves, in memory. */
export function createMemoryServed(parts: Partial<Served> = {}): MemoryServed {
  return {
    ...{ pools: createMemoryPools(), jobs: createMemoryJobs(), feed: createFeed(() => Date.now()) },
    ...parts,
    ...{ requests: createMemoryRequests(), overview: createMemoryOverview() },
  };
}
