import { setTimeout as delay } from "node:timers/promises";
import type { FeedEvent } from "../../daemon/feed/feed.js";
import { toWarmError, WarmError } from "../../errors.js";
import { formatFeedLine } from "../../report/format-feed-line.js";
import { formatJson } from "../../report/text/format-json.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface EventsOptions extends WatcherOptions {
  readonly json?: boolean;
}

const AGAIN_MS = 1_000;

/** Prints until it is interrupted, which is how it ends. A watcher that goes away is waited for, and asked what was missed. */
export async function runEvents(
  context: CommandContext,
  options: EventsOptions,
  types: readonly FeedEvent["type"][] = [],
): Promise<number> {
  const { terminal } = context;
  const client = openClient(context, options);
  const signals = watchSignals(() => undefined);
  const { soft: cancel } = signals.stop;
  let after: number | undefined;
  let wasThere = false;
  try {
    while (!cancel.aborted) {
      try {
        const wanted = types.length === 0 ? undefined : types;
        for await (const { type, id, data } of client.events({ types: wanted, after, cancel })) {
          wasThere = true;
          after = id ?? after;
          // The names of `work` and `pool` events are of another table.
          const line =
            options.json === true
              ? formatJson({ feed: type, id, ...(data as object) }, 0)
              : formatFeedLine(type, data, terminal.out);
          if (line !== undefined) terminal.print(line);
        }
      } catch (error) {
        const failure =
          error instanceof WarmError ? error : new WarmError("no-watcher", toWarmError(error).message);
        // A watcher that was never there is a mistake; one that was is started anew.
        if (cancel.aborted || !failure.retryable || !wasThere) throw failure;
      }
      await delay(AGAIN_MS, undefined, { signal: cancel }).catch(() => undefined);
    }
    return 0;
  } catch (error) {
    if (cancel.aborted) return 0;
    throw error;
  } finally {
    signals.close();
    client.close();
  }
}
