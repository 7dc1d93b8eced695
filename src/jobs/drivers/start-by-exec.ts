import { createLineSplitter } from "../../docker/exec/line-splitter.js";
import { WarmError } from "../../errors.js";
import type { JobDriver } from "../../model/job.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { listenToEngine } from "./listen-to-engine.js";
import { asEngineFailure, startedWork } from "./started-work.js";

type ExecDriver = Extract<JobDriver, { readonly type: "exec" }>;

/** How many lines an error shows. */
const LAST_LINES = 20;

/**
 * `exec`: runs a program in the engine.
 *
 * What an engine has to do: have the program in its image, and /bin/sh (without one the program is run all the same, but what
 * it writes is not seen). The program gets its arguments as they are declared, each parameter in its place and read by no
 * shell, the variables that the lease was bound with, and nothing on its standard input. It speaks to the server in whatever
 * way it likes, and ends when the work is done:
 * - exit code 0: done, all outputs are complete;
 * - any other: no engine will do this job with these parameters. The job fails with the last lines that it wrote.
 *
 * Its lines count as well as the engine's own for `confirm` and `done`.
 *
 * Resolves once the program is asked for. `ended` is its end: it rejects `rejected` for another exit code than 0,
 * `engine-failed` when the engine or the session ends before, or the time of the try is over. What still runs when the lease
 * is given back is killed by the reset.
 */
export async function startByExec(driver: ExecDriver, site: DriverSite): Promise<StartedWork> {
  const command = driver.command.map(site.fill);
  const ear = await listenToEngine(site);
  let isClosed = false;
  const close = () => {
    isClosed = true;
    ear.close();
  };
  const last: string[] = [];
  const tell = (line: string) => {
    if (isClosed) return;
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    site.onLine(line);
  };
  return startedWork(site.lease.container.id, run(command, site, tell, last), close);
}

async function run(
  command: readonly string[],
  site: DriverSite,
  tell: (line: string) => void,
  last: readonly string[],
): Promise<void> {
  const lines = { stdout: createLineSplitter(tell), stderr: createLineSplitter(tell) };
  const timeoutMs = Math.max(1, site.leftMs());
  const { exitCode } = await site
    .exec(command, { timeoutMs, onOutput: (text, stream) => lines[stream].push(text) })
    .catch((error: unknown) => {
      throw asEngineFailure(error);
    })
    .finally(() => {
      for (const { flush } of Object.values(lines)) flush();
    });
  if (exitCode === 0) return;
  const isMissing = exitCode === 126 || exitCode === 127;
  throw new WarmError("rejected", `\`${command[0]}\` ended with exit code ${exitCode}`, {
    hint: isMissing ? "check that the engine's image has it" : "the last lines say what it did not like",
    logs: [...last],
  });
}
