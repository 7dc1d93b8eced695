import type { JobDriver } from "../../model/job.js";
import { envLines } from "../../pool/env-lines.js";
import type { Binding } from "../../pool/pools.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { listenToEngine } from "./listen-to-engine.js";
import { asEngineFailure, startedWork, withinTry } from "./started-work.js";

type SignalDriver = Extract<JobDriver, { readonly type: "signal" }>;

/**
 * `signal`: an environment file, and a signal to the engine's main process.
 *
 * The file is written with the lease (`signalBinding`), before the signal, and goes with the reset. It has a line
 * `export NAME='value'` for each variable; a quote in a value stands as `'\''`, and a value may hold line breaks.
 *
 * What an engine has to do:
 * - have a handler for the signal in its main process (PID 1: an entry script has to `exec` the server, or trap the signal and
 *   hand it on). Linux drops a signal for which PID 1 has no handler, without a word;
 * - be ready for it at any time after it has said that it is ready;
 * - on the signal read the file (a shell with `. file`), and say on its output what it did, as with `console`.
 *
 * What a game server's plugin has to do so that a world is loaded without a restart: a plugin that cannot take signals watches
 * the file instead (its time of change, twice a second will do) and leaves the signal to an entry script that traps and
 * ignores it; on a change it parses the lines by the rule above, unloads the world that is there, loads or generates the one
 * that is asked for, prints what it loaded by the engine's own word, exports, prints that it is done.
 *
 * Resolves once the signal is sent; only the engine's word shows the end. `ended` rejects when the engine ends.
 */
export async function startBySignal(driver: SignalDriver, site: DriverSite): Promise<StartedWork> {
  const ear = await listenToEngine(site);
  const { id } = site.lease.container;
  try {
    const sent = site.host().writer.containers.signal(id, driver.signal);
    await withinTry(site, `Docker did not send ${driver.signal} in time`, sent);
  } catch (error) {
    ear.close();
    throw asEngineFailure(error);
  }
  return startedWork(id, ear.lost, ear.close);
}

/** The file that the engine reads: part of the lease, so that the reset takes it away. */
export function signalBinding({ file, env }: SignalDriver, fill: (text: string) => string): Binding {
  const filled = Object.entries(env).map(([name, text]) => [name, fill(text)]);
  return { files: { [file]: envLines(Object.fromEntries(filled)) } };
}
