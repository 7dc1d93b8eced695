import { type ConsoleChannel, openConsole } from "../../docker/exec/console-channel.js";
import type { DriverSite } from "./driver.js";
import { asEngineFailure } from "./started-work.js";

/** The engine's own process, heard from before the job is told to it. */
export interface EngineEar {
  writeLine(line: string): Promise<void>;
  /** Never resolves; rejects with `engine-failed` once the engine has ended or cannot be heard any more. */
  readonly lost: Promise<never>;
  close(): void;
}

/**
 * Has every line that the engine writes from now on told to the site, none older and none missed.
 * @throws WarmError `engine-failed` when it is not there; others of the docker edge
 */
export async function listenToEngine({ host, lease, onLine }: DriverSite): Promise<EngineEar> {
  const channel = await openConsole(host().host, lease.container.id, { onLine }).catch((error: unknown) => {
    throw asEngineFailure(error);
  });
  return { writeLine: channel.writeLine, lost: lossOf(channel), close: channel.close };
}

function lossOf({ ended }: ConsoleChannel): Promise<never> {
  const lost = new Promise<never>((_resolve, reject) => {
    void ended.then((why) => why !== undefined && reject(why));
  });
  lost.catch(() => undefined);
  return lost;
}
