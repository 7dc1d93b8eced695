import type { WatchLog } from "../../daemon/log/watch-log.js";
import type { Overview } from "../../daemon/served.js";
import { createServiceManager } from "../../daemon/service-manager.js";

/** Tells a service manager how a watcher is: ready once it has looked around, and then what it found. */
export interface ManagedLife {
  onRound(overview: Overview): void;
  stopping(): Promise<void>;
  close(): void;
}

/** @param env says whether there is one */
export function createManagedLife(env: NodeJS.ProcessEnv, log: WatchLog): ManagedLife {
  let overview: Overview | undefined;
  let isReady = false;
  const manager = createServiceManager({ env, log, isAlive: () => overview?.isAlive() ?? true });
  return {
    onRound(now) {
      overview = now;
      const told = describe(now);
      if (isReady) manager.status(told);
      // Also while the host is away: a manager that starts us anew would not bring it back.
      else manager.ready(told);
      isReady = true;
    },
    stopping: () => manager.stopping(),
    close: () => manager.close(),
  };
}

function describe(overview: Overview): string {
  const unmet = overview.readiness().filter(({ isMet }) => !isMet);
  return unmet.length === 0 ? "ready" : `not ready: ${unmet.map(({ detail }) => detail).join("; ")}`;
}
