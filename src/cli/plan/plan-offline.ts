import { loadConfig } from "../../config/load-config.js";
import { OFFLINE_FORMAT, type OfflineReport } from "../../model/offline-report.js";
import { formatOffline, formatOfflineComment } from "../../report/offline/format-offline.js";
import { formatJson } from "../../report/text/format-json.js";
import type { CommandContext } from "../command-context.js";
import type { PlanFormat } from "./plan-options.js";

/**
 * Checks a file and tells what it declares. Speaks to nobody and reads no secret, so that it may run on whatever somebody
 * has sent.
 * @throws ConfigError with every problem of the file
 */
export async function tellOffline(
  { global, terminal, cwd, env }: CommandContext,
  format: PlanFormat,
  environment: string | undefined,
): Promise<void> {
  const { config, desired, path, sha256, notes } = await loadConfig({
    path: global.file,
    cwd,
    env,
    known: "unread",
  });
  const report: OfflineReport = {
    format: OFFLINE_FORMAT,
    project: config.project,
    config: { path, sha256 },
    resources: desired.resources.map(({ address, kind, dependsOn }) => ({ address, kind, dependsOn })),
    pools: desired.pools.map(({ id, policy, network, image }) => ({
      id,
      size: policy.size,
      dependsOn: [network, image],
    })),
    notes,
  };
  if (format === "json") terminal.print(formatJson(report));
  else if (format === "markdown") terminal.print(formatOfflineComment(report, { environment }));
  else terminal.print(formatOffline(report, terminal.out));
}
