import { homedir } from "node:os";
import { readLock } from "../../apply/lock-holder.js";
import { type LoadedConfig, loadConfig } from "../../config/load-config.js";
import { checkHost } from "../../docker/check-host.js";
import { checkRegistries } from "../../docker/check-registries.js";
import { connectHost, type Host } from "../../docker/connect.js";
import { createCredentialFinder } from "../../docker/credentials.js";
import { resolveEndpoint } from "../../docker/endpoint.js";
import { observeHost } from "../../docker/observe-host.js";
import { toWarmError } from "../../errors.js";
import type { Check } from "../../model/check.js";
import { ConfigError } from "../../model/problem.js";
import { planProject } from "../../plan/plan-project.js";
import { formatChecks } from "../../report/format-checks.js";
import { reasonsSentence } from "../../report/reasons.js";
import type { CommandContext } from "../command-context.js";

/** Looks at everything that an apply would need, and goes on after each failure. Exits 0, or 1 with a failure. */
export async function runDoctor(
  context: CommandContext,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const checks = await collectChecks(context);
  const { terminal } = context;
  terminal.print(json ? JSON.stringify({ checks }, null, 2) : formatChecks(checks, terminal.out));
  return checks.some(({ verdict }) => verdict === "failure") ? 1 : 0;
}

async function collectChecks({ global, cwd, env }: CommandContext): Promise<Check[]> {
  const checks: Check[] = [];
  const config = await attempt(checks, global.file, async () => {
    const loaded = await loadConfig({ path: global.file, cwd, env });
    checks.push({
      name: global.file,
      verdict: "ok",
      detail: `valid, ${loaded.desired.resources.length} resources`,
    });
    return loaded;
  });
  const endpoint = await attempt(checks, "endpoint", async () =>
    resolveEndpoint({ host: global.host, env, home: homedir() }),
  );
  if (endpoint === undefined) return checks;
  checks.push({ name: "endpoint", verdict: "ok", detail: `${endpoint.url} (${endpoint.source})` });
  const host = await attempt(checks, "daemon", () => connectHost(endpoint));
  if (host === undefined) return checks;
  try {
    await attempt(checks, "daemon", async () => checks.push(...(await checkHost(host))));
    if (config !== undefined) await checkProject(checks, host, config, env);
  } finally {
    host.close();
  }
  return checks;
}

async function checkProject(
  checks: Check[],
  host: Host,
  config: LoadedConfig,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { desired } = config;
  const findCredentials = createCredentialFinder({ env, home: homedir() });
  checks.push(...(await checkRegistries(host, desired, findCredentials)));
  await attempt(checks, "plan", async () => {
    const observed = await observeHost(host, {
      desired: { ...desired, pull: { ...desired.pull, policy: "missing" } },
      findCredentials,
    });
    const { changes, summary } = planProject(desired, observed);
    for (const change of changes.filter(({ action }) => action === "conflict")) {
      const why = reasonsSentence(change.reasons, change.kind);
      checks.push({
        name: change.address,
        verdict: "failure",
        detail: `${why} (${change.heldBy})`,
        hint: `\`warm explain ${change.address}\``,
      });
    }
    checks.push({
      name: "plan",
      verdict: "ok",
      detail: `${changes.length - summary.noop} changes, ${summary.noop} unchanged`,
    });
  });
  await attempt(checks, "lock", async () => {
    const lock = await readLock(host, desired.project, () => Date.now() + host.reader.clockOffsetMs());
    if (lock === undefined) return checks.push({ name: "lock", verdict: "ok", detail: "free" });
    const detail = `held by ${lock.holder?.who ?? "a process that has not signed yet"}${lock.isExpired ? ", expired" : ""}`;
    return checks.push({ name: "lock", verdict: "warning", detail, hint: "`warm lock status` says more" });
  });
}

/** Runs one look; what it throws becomes a failed check. */
async function attempt<T>(checks: Check[], name: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const { message, hint } = toWarmError(error);
    const detail = error instanceof ConfigError ? `${message}: ${error.problems[0]?.message ?? ""}` : message;
    checks.push({
      name,
      verdict: "failure",
      detail,
      hint: hint ?? (error instanceof ConfigError ? "`warm validate` tells them all" : undefined),
    });
    return undefined;
  }
}
