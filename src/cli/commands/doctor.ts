import { homedir } from "node:os";
import { readLock } from "../../apply/lock/lock-holder.js";
import { type LoadedConfig, loadConfig } from "../../config/load-config.js";
import { connectHost, type Host } from "../../docker/connection/connect.js";
import { createCredentialFinder } from "../../docker/connection/credentials.js";
import { resolveEndpoint } from "../../docker/connection/endpoint.js";
import { checkHost } from "../../docker/observe/check-host.js";
import { checkRegistries } from "../../docker/observe/check-registries.js";
import { observeHost } from "../../docker/observe/observe-host.js";
import { toWarmError } from "../../errors.js";
import type { Check } from "../../model/check.js";
import type { Observed } from "../../model/observed.js";
import type { Plan } from "../../model/plan.js";
import { ConfigError } from "../../model/problem.js";
import { planProject } from "../../plan/plan-project.js";
import { formatChecks } from "../../report/format-checks.js";
import { formatHolderShort } from "../../report/format-holder.js";
import { reasonsSentence } from "../../report/plan-text/reasons.js";
import { formatJson } from "../../report/text/format-json.js";
import { formatCount } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";

/** Looks at everything that an apply would need, and goes on after each failure. Exits 0, or 1 with a failure. */
export async function runDoctor(
  context: CommandContext,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  const checks = await collectChecks(context);
  const { terminal } = context;
  terminal.print(json ? formatJson({ checks }) : formatChecks(checks, terminal.out));
  return checks.some(({ verdict }) => verdict === "failure") ? 1 : 0;
}

async function collectChecks({ global, cwd, env }: CommandContext): Promise<Check[]> {
  const checks: Check[] = [];
  const config = await attempt(checks, global.file, async () => {
    const loaded = await loadConfig({ path: global.file, cwd, env });
    const detail = `valid, ${formatCount(loaded.desired.resources.length, "resource")}`;
    checks.push({ name: global.file, verdict: "ok", detail });
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
  // What the registries say is told image by image below.
  const quietly = { ...desired, pull: { ...desired.pull, policy: "missing" as const } };
  const observed = await attempt(checks, "objects", () =>
    observeHost(host, { desired: quietly, findCredentials }),
  );
  checks.push(...(await checkRegistries(host, desired, findCredentials, observed?.images)));
  if (observed !== undefined)
    await attempt(checks, "plan", async () => checks.push(...checkPlan(config, observed)));
  await attempt(checks, "lock", async () => checks.push(await checkLock(host, desired.project)));
}

function checkPlan({ desired }: LoadedConfig, observed: Observed): Check[] {
  const { changes, summary } = planProject(desired, observed);
  const conflicts = changes.filter(({ action }) => action === "conflict");
  const pending = formatCount(changes.length - summary.noop - summary.conflict, "change");
  const undecided = conflicts.length === 0 ? "" : `, ${formatCount(conflicts.length, "conflict")}`;
  const detail = `${pending} to apply${undecided}, ${summary.noop} unchanged`;
  return [...conflicts.map(checkConflict), { name: "plan", verdict: "ok", detail }];
}

function checkConflict({ address, kind, reasons, heldBy }: Plan["changes"][number]): Check {
  const who = heldBy === undefined ? "" : ` (${heldBy})`;
  const detail = `${reasonsSentence(reasons, kind)}${who}`;
  return { name: address, verdict: "failure", detail, hint: "`warm plan` shows the ways out" };
}

async function checkLock(host: Host, project: string): Promise<Check> {
  const lock = await readLock(host, project, () => Date.now() + host.reader.clockOffsetMs());
  if (lock === undefined) return { name: "lock", verdict: "ok", detail: "free" };
  const holder = `held by ${formatHolderShort(lock.holder)}`;
  if (!lock.isExpired)
    return { name: "lock", verdict: "warning", detail: holder, hint: "`warm lock status` says more" };
  const hint = "the next apply takes it over";
  return { name: "lock", verdict: "warning", detail: `${holder}, but expired`, hint };
}

/** Runs one look; what it throws becomes a failed check. */
async function attempt<T>(checks: Check[], name: string, look: () => Promise<T>): Promise<T | undefined> {
  try {
    return await look();
  } catch (error) {
    const { code, message, hint } = toWarmError(error);
    const failure = error instanceof ConfigError ? describeProblems(error) : { detail: message, hint };
    const own = code === "host-unreachable" && name === "daemon" ? { hint: UNREACHABLE_HINT } : {};
    checks.push({ name, verdict: "failure", ...failure, ...own });
    return undefined;
  }
}

const UNREACHABLE_HINT = "start the daemon, or name another endpoint with `--host`";

function describeProblems({ problems }: ConfigError): Pick<Check, "detail" | "hint"> {
  const [first, ...others] = problems;
  if (first === undefined) return { detail: "invalid" };
  const place = first.excerpt === undefined ? "" : `line ${first.line}: `;
  if (others.length === 0) return { detail: `${place}${first.message}`, hint: first.hint };
  const detail = `${place}${first.message}, and ${formatCount(others.length, "more problem")}`;
  return { detail, hint: "`warm validate` tells them all" };
}
