import { setTimeout as delay } from "node:timers/promises";
import { toWarmError, WarmError } from "../../errors.js";
import type { PoolView } from "../../model/engine.js";
import { formatEngines, formatEnginesJson } from "../../report/format-engines.js";
import { formatError } from "../../report/format-error.js";
import { createLiveRegion } from "../../report/progress/live-region.js";
import { cutEnd } from "../../report/text/text-width.js";
import { formatCount } from "../../report/text/units.js";
import type { WarmClient } from "../../server/client/warm-client.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface EnginesOptions extends WatcherOptions {
  readonly json?: boolean;
  readonly watch?: boolean;
}

const LOOK_AGAIN_MS = 1_000;

export async function runEngines(
  context: CommandContext,
  options: EnginesOptions,
  pool?: string,
): Promise<number> {
  const { terminal } = context;
  if (options.watch === true && !terminal.isLive)
    throw new WarmError("usage", "`--watch` draws on a terminal, and there is none", {
      hint: "leave it out, or use `--json` in a loop",
    });
  const client = openClient(context, options);
  try {
    if (options.watch === true) return await watch(client, context, pool);
    const pools = await look(client, pool);
    terminal.print(
      options.json === true
        ? formatEnginesJson(pools).trimEnd()
        : formatEngines(pools, terminal.out, terminal.columns, new Date()),
    );
    return 0;
  } finally {
    client.close();
  }
}

const look = async (client: WarmClient, pool: string | undefined): Promise<readonly PoolView[]> =>
  pool === undefined ? client.views() : [await client.view(pool)];

/** Draws until it is interrupted, which is how it ends. A watcher that is away is waited for. */
async function watch(
  client: WarmClient,
  { terminal }: CommandContext,
  pool: string | undefined,
): Promise<number> {
  const region = createLiveRegion((text) => void process.stderr.write(text));
  const signals = watchSignals(() => undefined);
  const { soft } = signals.stop;
  let lines: string[] = [];
  try {
    while (!soft.aborted) {
      const { columns } = process.stderr;
      lines = (await show(client, terminal.err, columns, pool)).split("\n");
      region.draw([], cutToScreen(lines, columns, process.stderr.rows), columns);
      await delay(LOOK_AGAIN_MS, undefined, { signal: soft }).catch(() => undefined);
    }
    region.draw(lines, [], process.stderr.columns);
    return 0;
  } finally {
    region.close();
    signals.close();
  }
}

async function show(
  client: WarmClient,
  style: CommandContext["terminal"]["err"],
  columns: number,
  pool: string | undefined,
): Promise<string> {
  try {
    return formatEngines(await look(client, pool), style, columns, new Date());
  } catch (error) {
    const failure = toWarmError(error);
    if (!failure.retryable) throw failure;
    return formatError(failure, style);
  }
}

/** A region that is higher than the terminal cannot be drawn over: what does not fit is counted. */
function cutToScreen(lines: readonly string[], columns: number, rows: number): string[] {
  const room = Math.max(1, rows - 1);
  const shown = lines.length <= room ? lines : lines.slice(0, room - 1);
  const more = lines.length - shown.length;
  return [...shown, ...(more === 0 ? [] : [`… ${formatCount(more, "more line")}`])].map((line) =>
    cutEnd(line, columns),
  );
}
