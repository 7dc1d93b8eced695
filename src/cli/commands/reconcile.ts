import { makeVisible } from "../../report/text/make-visible.js";
import { formatCount } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface ReconcileOptions extends WatcherOptions {
  readonly timeout?: number;
}

const WAIT_MS = 5 * 60_000;
/** Partly applied (design, section 5). */
const OPEN = 6;

export async function runReconcile(context: CommandContext, options: ReconcileOptions): Promise<number> {
  const { terminal } = context;
  const { timeout = WAIT_MS } = options;
  const client = openClient(context, options);
  const signals = watchSignals(() => undefined);
  try {
    const { open } = await client.reconcile(timeout, signals.stop.soft);
    if (timeout === 0) terminal.print("A pass is being made.");
    else if (open.length === 0) terminal.print("Nothing is left to do.");
    else
      terminal.print(
        [
          `${formatCount(open.length, "change")} still to be made:`,
          ...open.map((one) => `  ${makeVisible(one)}`),
        ].join("\n"),
      );
    return timeout === 0 || open.length === 0 ? 0 : OPEN;
  } catch (error) {
    const exitCode = signals.exitCode();
    if (exitCode === undefined) throw error;
    return exitCode;
  } finally {
    signals.close();
    client.close();
  }
}
