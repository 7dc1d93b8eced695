import { setTimeout as sleep } from "node:timers/promises";
import { lockName } from "../../../src/model/names.js";
import type { Fault } from "../fault.js";
import type { InTurn, Struck } from "./strike.js";

type WatcherFault = Extract<Fault, { kind: "watcher" }>;

/** @param inTurn one watcher at a time: faults that end it wait for each other */
export function createWatcherStrikes(
  { sandbox, watcher }: Struck,
  inTurn: InTurn,
): (fault: WatcherFault) => Promise<void> {
  async function replace(fault: Extract<WatcherFault, { awayMs: number }>): Promise<void> {
    try {
      if (fault.blow === "kill") await watcher.kill();
      else await watcher.terminate();
      // Docker may be away: then the next one waits for the lock.
      if (fault.blow === "kill" && fault.isLockBroken)
        await sandbox.docker.getContainer(lockName(sandbox.project)).remove({ force: true });
      await sleep(fault.awayMs);
    } finally {
      watcher.start();
    }
  }

  return async (fault) => {
    switch (fault.blow) {
      case "kill":
      case "terminate":
        return inTurn(() => replace(fault));
      case "hang up":
        return watcher.hangUp();
      case "suspend":
        watcher.suspend(true);
        await sleep(fault.ms);
        return watcher.suspend(false);
      default:
        return fault satisfies never;
    }
  };
}
