import { WarmError } from "../../errors.js";
import type { JobDriver } from "../../model/job.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { type EngineEar, listenToEngine } from "./listen-to-engine.js";
import { asEngineFailure, startedWork, withinTry } from "./started-work.js";

type ConsoleDriver = Extract<JobDriver, { readonly type: "console" }>;

/** A pipe that nobody reads takes no line, ever. */
const PIPE_MS = 10_000;
const NO_PIPE = 3;
const WRITE_TO_PIPE = `[ -p "$2" ] || exit ${NO_PIPE}; printf '%s\\n' "$1" >"$2"`;

/**
 * `console`: types one line into the engine, as an operator would.
 *
 * What an engine has to do:
 * - read commands, a line of UTF-8 each, from the standard input of its main process (PID 1: an entry script has to `exec`
 *   the server or hand its input on), or with `fifo` from a named pipe that it holds open for reading at all times;
 * - take all behind the command's word as the value: a line may hold quotes, backslashes and `$(…)`, and no shell may read it;
 * - say on its standard output or error what it did: the words of `confirm` with the parameter as it understood it, then the
 *   words of `done`. Every line must be flushed at once. Only lines that it writes after the command count.
 *
 * What a game server's plugin has to do so that a world is loaded without a restart: watch its console (or the pipe) on a
 * thread of its own and hand each command to the game's main thread; on `load_world X` unload the world that is there, with
 * all that was cached of it, and load or generate X; print what it loaded, by the engine's own word (the seed that the world
 * has, not the one it was asked for); export into files that are written beside and renamed; print that it is done. A command
 * that fails has to be said too, for people: warm waits for `done` until the job's time is over.
 *
 * Resolves once the line is handed over; only the engine's word shows the end. `ended` rejects when the engine ends.
 */
export async function startByConsole(driver: ConsoleDriver, site: DriverSite): Promise<StartedWork> {
  const line = site.fill(driver.command);
  const ear = await listenToEngine(site);
  try {
    if (driver.fifo === undefined) await typeLine(site, ear, line);
    else await writeToPipe(site, ear, line, driver.fifo);
  } catch (error) {
    ear.close();
    throw asEngineFailure(error);
  }
  return startedWork(site.lease.container.id, ear.lost, ear.close);
}

function typeLine(site: DriverSite, ear: EngineEar, line: string): Promise<void> {
  const why = "the engine does not read its standard input";
  return withinTry(site, why, Promise.race([ear.writeLine(line), ear.lost]));
}

async function writeToPipe(site: DriverSite, ear: EngineEar, line: string, fifo: string): Promise<void> {
  const command = ["/bin/sh", "-c", WRITE_TO_PIPE, "sh", line, fifo];
  const timeoutMs = Math.max(1, Math.min(PIPE_MS, site.leftMs()));
  const written = site.exec(command, { timeoutMs });
  const why = `nobody reads ${fifo}`;
  const { exitCode, stderr } = await withinTry(site, why, Promise.race([written, ear.lost]), timeoutMs);
  if (exitCode === 0) return;
  if (exitCode === NO_PIPE)
    throw new WarmError("rejected", `${fifo} is no named pipe in the engine`, {
      hint: "the engine has to make it, with mkfifo, before it says that it is ready",
    });
  throw new WarmError(
    "engine-failed",
    `cannot write to ${fifo}: ${stderr.trim() || `exit code ${exitCode}`}`,
  );
}
