import { expect } from "vitest";
import { type FaultProxy, startFaultProxy } from "../../rig/fault-proxy.js";
import type { Call } from "../../rig/fault-rule.js";
import { isStep, type Step, through } from "../templates/proxied-apply.js";
import { eventually } from "../watch/watched-project.js";
import { listEngines, type PoolSettings } from "./engine-project.js";
import { type KeptPool, keepPool } from "./kept-pool.js";
import { release, shell } from "./pool-clients.js";

/** What a job leaves, and nobody after it may find. */
export const MARKER = "/config/worlds_local/marker";

/** A kept pool of two behind a proxy, whose watcher can be killed. */
export interface KilledPool extends AsyncDisposable {
  readonly pool: KeptPool;
  /** SIGKILL. The lock is broken by hand: to wait until it is over would take 30 s. */
  kill(): Promise<void>;
  /** Kills the watcher before Docker sees the call that `begin` leads to. */
  killAt(step: Step, begin: () => Promise<unknown>): Promise<void>;
  /** All is as if no watcher had been killed: two clean engines, and no other container of the pool. */
  expectWhole(): Promise<void>;
}

export async function keepKilledPool(settings: PoolSettings): Promise<KilledPool> {
  const proxy: FaultProxy = await startFaultProxy(process.env.WARM_TEST_DOCKER_SOCKET ?? "");
  const pool = await keepPool({ size: 2, ...settings }, through(proxy));

  async function kill(): Promise<void> {
    const { child, result } = pool.watching.warm;
    child.kill("SIGKILL");
    await result;
    expect((await pool.sandbox.call(["lock", "break", "--force"])).code).toBe(0);
  }

  async function killAt(step: Step, begin: () => Promise<unknown>): Promise<void> {
    let letGo = () => {};
    const until = new Promise<void>((resolve) => (letGo = resolve));
    const isMeant = isStep(step);
    let isHeld = false;
    const match = (call: Call) => {
      const isIt = isMeant(call);
      isHeld ||= isIt;
      return isIt;
    };
    proxy.fault({ match, action: { kind: "hold", until } });
    await begin();
    await eventually(
      () => isHeld,
      () => `it never came to this step:\n${pool.watching.warm.output.stderr}`,
    );
    await kill();
    letGo();
    proxy.clear();
  }

  async function expectWhole(): Promise<void> {
    await pool.ready(2);
    const containers = await eventually(async () => {
      const found = await listEngines(pool.sandbox);
      return found.length === 2 ? found : undefined;
    });
    const leases = await Promise.all([pool.lease({ waitMs: 0 }), pool.lease({ waitMs: 0 })]);
    expect(leases.map(({ container }) => container.id).sort()).toEqual(containers.map(({ id }) => id).sort());
    for (const lease of leases) expect((await shell(pool, lease, 'ls "$1"', MARKER)).stdout).toBe("");
    for (const lease of leases) await release(pool, lease);
    await pool.ready(2);
  }

  return {
    pool,
    kill,
    killAt,
    expectWhole,
    async [Symbol.asyncDispose]() {
      await pool[Symbol.asyncDispose]();
      await proxy.stop();
    },
  };
}
