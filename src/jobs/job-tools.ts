import type { PoolHost, PoolLog } from "../pool/pool-host.js";
import type { LeaseWatch, Pools } from "../pool/pools.js";
import type { JobQueue } from "./job-queue.js";
import type { SchemaCache } from "./outputs/schema-cache.js";

/** What all jobs of one run of warm share. */
export interface JobTools {
  readonly pools: Pools & LeaseWatch;
  /** @throws WarmError `host-unreachable` while the host is away */
  host(): PoolHost;
  readonly project: string;
  /** Of commands on this host. */
  readonly env: NodeJS.ProcessEnv;
  /** The image that a container was made from. */
  imageOf(containerId: string): Promise<string>;
  readonly schemas: SchemaCache;
  /** Commands on this host wait for their turn in it: jobs may end faster than they do. */
  readonly hostQueue: JobQueue;
  readonly log: PoolLog;
  /** Monotonic, ms. */
  readonly nowMs: () => number;
  /** On the wall, ms since the epoch. */
  readonly wallMs: () => number;
  /** Resolves early when the signal fires; never rejects. */
  sleep(ms: number, stop?: AbortSignal): Promise<void>;
}
