import type { StopSignals } from "../../apply/apply-context.js";
import type { WarmError } from "../../errors.js";
import { formatError } from "../../report/format-error.js";
import { formatJobBatch, formatParams } from "../../report/format-job-batch.js";
import { formatJobEnd, hasResult, type JobEnd } from "../../report/format-job-end.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import type { CommandContext } from "../command-context.js";
import { defaultHolder, openClient, type WatcherOptions } from "../open-client.js";
import { type JobSink, openJobSink } from "../run/job-sink.js";
import { readJobs } from "../run/read-jobs.js";
import { type Params, readParams } from "../run/read-params.js";
import { type BatchResult, runBatch } from "../run/run-batch.js";
import { submitJobs } from "../run/submit-jobs.js";
import { watchSignals } from "../signals.js";

interface RunOptions extends WatcherOptions {
  readonly each?: string;
  readonly eachParam?: string;
  readonly force?: boolean;
  readonly verify?: boolean;
  readonly priority?: number;
  readonly holder?: string;
  readonly detach?: boolean;
  readonly json?: boolean;
}

interface Asking {
  readonly context: CommandContext;
  readonly options: RunOptions;
  readonly pool: string;
  readonly all: readonly Params[];
  readonly isBatch: boolean;
  readonly client: WarmClient;
  readonly stop: StopSignals;
}

const FAILED = 1;
/** A watcher that is being restarted is back by then. */
const AWAY_MS = 5_000;

/** Exits 0 when every job has its result, 1 when one has none, 130 or 143 on a signal. */
export async function runRun(
  context: CommandContext,
  options: RunOptions,
  pool: string,
  pairs: readonly string[] = [],
): Promise<number> {
  const all = await readJobs(context, options, pool, readParams(pairs));
  const client = openClient(context, options);
  let sink: JobSink | undefined;
  const signals = watchSignals((count) => {
    if (count === 1 && !options.detach)
      sink?.say("Interrupted: what is under way is cancelled. Once more leaves at once.");
  });
  try {
    const isBatch = options.each !== undefined;
    const asking: Asking = { context, options, pool, all, isBatch, client, stop: signals.stop };
    if (options.detach) {
      const exitCode = await detach(asking);
      return signals.exitCode() ?? exitCode;
    }
    sink = openJobSink(context.terminal, { pool, isBatch, total: all.length, isJson: options.json === true });
    const startedMs = performance.now();
    const result = await Promise.race([follow(asking, sink), leaveAtOnce(signals.stop)]);
    sink.close();
    if (result === undefined) return signals.exitCode() ?? FAILED;
    const exitCode = tell(asking, result, performance.now() - startedMs);
    return signals.exitCode() ?? exitCode;
  } finally {
    sink?.close();
    signals.close();
    client.close();
  }
}

const toRequest = ({ force, verify, priority, holder = defaultHolder() }: RunOptions) => ({
  ...{ force, verify, priority, holder },
});

/** Prints the id of each job once it is accepted, and cancels none. */
async function detach({ context, options, ...asking }: Asking): Promise<number> {
  const { terminal } = context;
  const onTrouble = (error: WarmError) => terminal.note(formatError(error, terminal.err));
  const settings = { ...asking, request: toRequest(options), awayMs: AWAY_MS, onTrouble };
  let exitCode = 0;
  for await (const one of submitJobs(asking.all, settings)) {
    if ("view" in one) terminal.print(makeVisible(one.view.id));
    else {
      exitCode = FAILED;
      terminal.note(`${formatParams(asking.all[one.index] ?? {})}: ${formatError(one.error, terminal.err)}`);
    }
  }
  return exitCode;
}

const follow = ({ context: _, options, ...asking }: Asking, sink: JobSink): Promise<BatchResult> =>
  runBatch(asking.all, { ...asking, sink, request: toRequest(options), awayMs: AWAY_MS });

const leaveAtOnce = ({ hard }: StopSignals) =>
  new Promise<undefined>((settle) => hard.addEventListener("abort", () => settle(undefined), { once: true }));

/** @throws WarmError why a job was not accepted, or what became of its watcher */
function tell({ context, options, isBatch }: Asking, { ends, failure }: BatchResult, ms: number): number {
  const { terminal } = context;
  const [only] = ends;
  const isTold = options.json === true;
  if (isBatch && !isTold && ends.some((end) => end !== undefined))
    terminal.print(formatJobBatch(ends, { style: terminal.out, columns: terminal.columns, ms }));
  if (failure !== undefined) throw failure;
  const lost = ends.find((end) => end?.type === "lost" && end.view !== undefined);
  if (lost?.type === "lost") throw lost.error;
  if (!isBatch && !isTold && only !== undefined) tellOne(context, only);
  return ends.every((end) => end !== undefined && hasResult(end)) ? 0 : FAILED;
}

function tellOne({ terminal }: CommandContext, end: JobEnd): void {
  if (end.type === "left") terminal.note(`Job ${makeVisible(end.view.id)} goes on: others asked for it too.`);
  if (end.type !== "over") return;
  if (hasResult(end)) terminal.print(formatJobEnd(end.view, terminal.out));
  else terminal.note(formatJobEnd(end.view, terminal.err));
}
