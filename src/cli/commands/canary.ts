import { formatCanary } from "../../report/format-canary.js";
import { formatJson } from "../../report/text/format-json.js";
import type { CommandContext } from "../command-context.js";
import { defaultHolder, openClient, type WatcherOptions } from "../open-client.js";
import { watchSignals } from "../signals.js";

interface CanaryOptions extends WatcherOptions {
  readonly wait?: number;
  readonly json?: boolean;
}

const NOT_CLEAN = 1;

export async function runCanary(
  context: CommandContext,
  { wait, json = false, ...watcher }: CanaryOptions,
  pool: string,
): Promise<number> {
  const { terminal } = context;
  const client = openClient(context, watcher);
  const signals = watchSignals(() => undefined);
  try {
    const cancel = signals.stop.soft;
    const report = await client.canary(pool, {
      holder: `canary of ${defaultHolder()}`,
      waitMs: wait,
      cancel,
    });
    terminal.print(json ? formatJson(report) : formatCanary(report, terminal.out));
    return report.isClean ? 0 : NOT_CLEAN;
  } catch (error) {
    const exitCode = signals.exitCode();
    if (exitCode === undefined) throw error;
    terminal.note("Interrupted.");
    return exitCode;
  } finally {
    signals.close();
    client.close();
  }
}
