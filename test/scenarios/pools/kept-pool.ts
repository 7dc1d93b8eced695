import { join } from "node:path";
import { expect } from "vitest";
import type { EngineView, PoolView } from "../../../src/model/engine.js";
import type { LeaseRequest } from "../../../src/pool/pools.js";
import { createClient } from "../../../src/server/client/create-client.js";
import type { WarmClient } from "../../../src/server/client/warm-client.js";
import { socketPathIn } from "../../../src/server/listen/socket-path.js";
import type { WarmOptions } from "../../rig/run-warm.js";
import { createSandbox, type Sandbox } from "../../rig/sandbox.js";
import { eventually, type Watching, watch } from "../watch/watched-project.js";
import { type EngineProject, type PoolSettings, writeEngineProject } from "./engine-project.js";

/** A pool that a `warm watch` keeps, in a sandbox of its own. */
export interface KeptPool extends AsyncDisposable {
  readonly sandbox: Sandbox;
  readonly project: EngineProject;
  /** The watcher that runs now. */
  readonly watching: Watching;
  readonly client: WarmClient;
  /** Saves another file for the same pool; the image stays unless another one is named. */
  save(settings: PoolSettings): Promise<void>;
  view(): Promise<PoolView>;
  /** Waits until the pool is like that; fails with what it is like. */
  until(fits: (view: PoolView) => unknown, why?: string): Promise<PoolView>;
  /** Waits until so many engines are ready, and no others are there. */
  ready(count: number): Promise<readonly EngineView[]>;
  /** Through the socket, by `test` unless the request says otherwise. */
  lease(request?: Partial<LeaseRequest>): ReturnType<WarmClient["lease"]>;
  /** Another watcher, where there is none. */
  start(options?: WarmOptions): void;
}

/** A reset that takes away what the catalogue's engine leaves of a world, and its proof. */
export const RESET =
  'reset: { steps: [{ exec: [sh, -c, "rm -rf /config/worlds_local/* /config/world_data/*"] }], verify: { exec: [sh, -c, "test -z \\"$(ls -A /config/worlds_local)\\""] }, timeout: 10s }';

/** Starts a watcher over a pool. It is not awaited that anything is ready. */
export async function keepPool(settings: PoolSettings = {}, options: WarmOptions = {}): Promise<KeptPool> {
  const sandbox = await createSandbox();
  const project = await writeEngineProject(sandbox, withInterval(settings));
  const client = createClient(socketPathIn(join(sandbox.dir, ".warm")));
  let watching = watch(sandbox, [], options);

  const view = () => client.view(project.pool);
  async function until(fits: (view: PoolView) => unknown, why = "the pool never came to that") {
    let last: unknown;
    return eventually(
      async () => {
        const seen = await view().catch((error: unknown) => {
          last = error;
        });
        if (seen === undefined) return undefined;
        last = seen;
        return (await fits(seen)) ? seen : undefined;
      },
      () => `${why}: ${JSON.stringify(last, null, 1)}\n${withoutRequests(watching)}`,
    );
  }

  return {
    sandbox,
    project,
    get watching() {
      return watching;
    },
    client,
    async save({ image = project.image, pool = project.pool, ...more }) {
      await writeEngineProject(sandbox, withInterval({ ...more, image, pool }));
    },
    view,
    until,
    async ready(count) {
      const isSo = ({ engines, counts }: PoolView) => counts.ready === count && engines.length === count;
      return (await until(isSo, `there were never ${count} ready engines alone`)).engines;
    },
    lease: (request = {}) => client.lease(project.pool, { holder: "test", ...request }),
    start(more = options) {
      expect(watching.warm.child.exitCode ?? watching.warm.child.signalCode, "it runs").not.toBeNull();
      watching = watch(sandbox, [], more);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await watching.stop();
      await sandbox.dispose();
    },
  };
}

/** Nothing is to be seen by the timer that no event has told. */
function withInterval(settings: PoolSettings): PoolSettings {
  const { head = [] } = settings;
  const isSaid = head.some((line) => line.startsWith("interval:"));
  return isSaid ? settings : { ...settings, head: ["interval: 1m", ...head] };
}

/** What of the pool's engines a table would show, one line each. */
export const linesOf = ({ engines }: PoolView) =>
  engines.map(({ address, state, jobs, lease }) =>
    [address, state, jobs, ...(lease ? [lease.holder] : [])].join(" "),
  );

/** The watcher's log without our own questions. */
const withoutRequests = (watching: Watching) =>
  watching.warm.output.stderr
    .split("\n")
    .filter((line) => !line.includes("request answered"))
    .join("\n");
