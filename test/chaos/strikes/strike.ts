import type { DockerDaemon } from "../../rig/docker-daemon.js";
import type { FaultProxy } from "../../rig/fault-proxy.js";
import type { Sandbox } from "../../rig/sandbox.js";
import type { ChaosProject } from "../chaos-project.js";
import type { ChaosWatcher } from "../chaos-watcher.js";
import type { Fault } from "../fault.js";
import type { ForeignObjects } from "../foreign-objects.js";
import { fillDisk, type SmallDisks } from "./small-disks.js";
import { strikeContainers } from "./strike-containers.js";
import { createFileStrikes } from "./strike-file.js";
import { strikeObjects } from "./strike-objects.js";
import { strikeProxy } from "./strike-proxy.js";
import { createWatcherStrikes } from "./strike-watcher.js";

/** All that faults are done to. */
export interface Struck {
  readonly sandbox: Sandbox;
  readonly project: ChaosProject;
  readonly watcher: ChaosWatcher;
  readonly foreign: ForeignObjects;
  readonly proxy: FaultProxy;
  readonly daemon: DockerDaemon;
  readonly disks: SmallDisks;
}

/**
 * Makes the function that does one fault. Its promise settles when the fault is over, and rejects where Docker refused it:
 * what it was to hit was just being made anew, or Docker was away.
 */
export function createStrikes(struck: Struck): (fault: Fault) => Promise<void> {
  const [inTurn, dockerInTurn] = [createTurns(), createTurns()];
  const strikeWatcher = createWatcherStrikes(struck, inTurn);
  const strikeFile = createFileStrikes(struck, inTurn);

  return async (fault) => {
    switch (fault.kind) {
      case "template":
      case "engine":
      case "seeder":
      case "prune":
        return strikeContainers(fault, struck);
      case "session volume":
      case "network":
      case "image":
      case "proof":
        return strikeObjects(fault, struck);
      case "watcher":
        return strikeWatcher(fault);
      case "docker":
        // One after the other: it has to answer before it can be restarted again.
        return dockerInTurn(() => struck.daemon.restart(fault.blow));
      case "proxy":
        return strikeProxy(fault, struck.proxy);
      case "clock":
        return struck.watcher.moveClock(fault.byMs);
      case "disk":
        return fillDisk(struck.disks[fault.place], fault.forMs);
      case "file":
        return strikeFile(fault);
      case "foreign":
        if (fault.blow === "storm") return struck.foreign.storm();
        return struck.foreign.add(fault.blow, struck.project.templates[0]?.image ?? "");
      default:
        return fault satisfies never;
    }
  };
}

/** Does one thing after the other, whatever becomes of those before. */
export type InTurn = (work: () => Promise<void>) => Promise<void>;

function createTurns(): InTurn {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    last = last.catch(() => undefined).then(work);
    return last;
  };
}

/** One of the things, by a number from 0 that may be more than there are. */
export const nth = <T>(things: readonly T[], index: number): T | undefined => things[index % things.length];
