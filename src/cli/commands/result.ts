import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { resolve } from "node:path";
import { pipeline } from "node:stream/promises";
import { toWarmError, WarmError } from "../../errors.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface ResultOptions extends WatcherOptions {
  readonly output?: string;
}

/** A file is there whole or not at all; whoever reads the standard output sees by the exit code whether it was whole. */
export async function runResult(
  context: CommandContext,
  options: ResultOptions,
  job: string,
): Promise<number> {
  const { terminal, cwd } = context;
  const file = options.output === undefined ? undefined : resolve(cwd, options.output);
  if (file === undefined && terminal.isLive)
    throw new WarmError("usage", "an archive is not written to a terminal", {
      hint: "name a file with `--output`, or pipe it into `tar -x`",
    });
  const client = openClient(context, options);
  const signals = watchSignals(() => undefined);
  const temporary = `${file}.${process.pid}.new`;
  try {
    const archive = await client.result(job, signals.stop.soft);
    if (file === undefined) await pipeline(archive, process.stdout, { end: false });
    else {
      await pipeline(archive, createWriteStream(temporary, { flags: "wx" }));
      await rename(temporary, file);
    }
    return 0;
  } catch (error) {
    if (file !== undefined) await rm(temporary, { force: true });
    const exitCode = signals.exitCode();
    if (exitCode !== undefined) return exitCode;
    if (error instanceof WarmError) throw error;
    throw new WarmError("no-watcher", `the archive of ${job} was cut off: ${toWarmError(error).message}`, {
      hint: "fetch it again",
      cause: error,
    });
  } finally {
    signals.close();
    client.close();
  }
}
