import { dirname, resolve } from "node:path";
import { describeUser } from "../../apply/lock/lock-holder.js";
import { readPause, removePause, writePause, writeResume } from "../../daemon/state/pause-file.js";
import { stateDirectory } from "../../daemon/state/state-directory.js";
import { formatDurationMs } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";

interface PauseOptions {
  readonly for?: number;
  readonly reason?: string;
  readonly stateDir?: string;
}

export async function runPause(context: CommandContext, options: PauseOptions): Promise<number> {
  const state = openState(context, options.stateDir);
  const now = Date.now();
  const until = options.for === undefined ? {} : { until: new Date(now + options.for).toISOString() };
  await writePause(state, {
    since: new Date(now).toISOString(),
    reason: options.reason ?? "",
    who: describeUser(),
    ...until,
  });
  const length = options.for === undefined ? "until `warm resume`" : `for ${formatDurationMs(options.for)}`;
  context.terminal.print(`Paused ${length}: a watcher looks and tells, and changes nothing.`);
  return 0;
}

interface ResumeOptions {
  readonly allowDeletes?: boolean;
  readonly stateDir?: string;
}

export async function runResume(context: CommandContext, options: ResumeOptions): Promise<number> {
  const state = openState(context, options.stateDir);
  const now = Date.now();
  const wasPaused = (await readPause(state, now)) !== undefined;
  // The order first: a watcher that sees the pause end knows all of it.
  await writeResume(state, { at: new Date(now).toISOString(), allowsDeletes: options.allowDeletes === true });
  await removePause(state);
  const first = wasPaused ? "Resumed." : "There was no pause.";
  const allowed = options.allowDeletes === true ? " It may delete what its guard held back." : "";
  context.terminal.print(`${first} A watcher tries everything anew, flapping resources too.${allowed}`);
  return 0;
}

/** The file itself may be bad just now: only where it lies matters. */
function openState({ global, cwd }: CommandContext, stateDir: string | undefined) {
  return stateDirectory(dirname(resolve(cwd, global.file)), stateDir, cwd);
}
