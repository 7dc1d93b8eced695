import type { JobSpec } from "../../src/model/job.js";
import type { PoolResource } from "../../src/model/pool.js";
import type { Desired } from "../../src/model/resource.js";
import { buildDesired } from "../plan/builders.js";
import { policyOf } from "../pool/builders.js";

/** A job of the console's with one parameter, which the key is. */
export function buildJob(changes: Partial<JobSpec> = {}): JobSpec {
  return {
    driver: { type: "console", command: "load_world {seed}", fifo: undefined },
    params: [
      {
        ...{ name: "seed", type: "string", default: undefined, minLength: 1, maxLength: 200_000 },
        ...{ pattern: undefined, minimum: undefined, maximum: undefined },
      },
    ],
    key: "{seed}",
    confirm: undefined,
    done: { type: "log", text: "ALL EXPORTS COMPLETE" },
    timeoutMs: 10_000,
    retries: 2,
    outputs: [{ from: "/data", to: "raw", require: [], ready: undefined, schemas: {} }],
    maxOutputBytes: 1024 * 1024,
    post: [],
    chunks: undefined,
    merge: undefined,
    baseDir: "/",
    ...changes,
  };
}

/** A project of one pool, `game`, with that job. */
export function buildJobProject(
  job: JobSpec,
  dir: string,
  engine: Partial<Pick<PoolResource, "env" | "command">> = {},
): Desired {
  const pool: PoolResource = {
    ...{ id: "game", prefix: "cyan", image: "image.game:1", network: "network.cyanprint" },
    ...{ command: undefined, env: {}, noNewPrivileges: true, ports: [], lines: {} },
    limits: {} as PoolResource["limits"],
    logs: { maxSizeBytes: 1, maxFiles: 1 },
    ready: {} as PoolResource["ready"],
    policy: policyOf(),
    job,
    ...engine,
  };
  return { ...buildDesired(), pools: [pool], data: { dir, maxBytes: undefined } };
}
