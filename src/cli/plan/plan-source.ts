import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { toPlanDocument } from "../../apply/plan-document.js";
import { type LoadedConfig, loadConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import type { Forecast } from "../../model/forecast.js";
import type { Observed } from "../../model/observed.js";
import type { Plan, PlanOptions } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { forecastPlan } from "../../plan/forecast/forecast-plan.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import type { CommandContext } from "../command-context.js";

export interface PlanSourceOptions {
  /** A snapshot's file, or a watcher's URL; default: the host itself. */
  readonly against?: string | undefined;
  readonly stateDir?: string | undefined;
}

/** A plan, however it was made. */
export interface PlannedFile {
  /** Changes alone. */
  readonly document: PlanDocument;
  /** With what is unchanged, where that was told. */
  readonly whole: PlanDocument;
  readonly config: LoadedConfig;
}

/**
 * Plans the file of the command line: on the host, against a snapshot of one, or by asking a watcher.
 * @throws ConfigError for the file; WarmError for the host, the snapshot or the watcher
 */
export async function planFile(
  context: CommandContext,
  planOptions: PlanOptions,
  { against, stateDir }: PlanSourceOptions,
): Promise<PlannedFile> {
  if (against === undefined) return planOnHost(context, planOptions, stateDir);
  const { global, cwd, env } = context;
  const config = await loadConfig({ path: global.file, cwd, env, known: "unread" });
  return /^https?:\/\//i.test(against)
    ? planAtWatcher(context, planOptions, against, config)
    : planAgainstFile(planOptions, resolve(cwd, against), against, config);
}

async function planOnHost(
  { global, cwd, env }: CommandContext,
  planOptions: PlanOptions,
  stateDir: string | undefined,
): Promise<PlannedFile> {
  const project = await openPooledProject({ file: global.file, host: global.host, cwd, env, stateDir });
  try {
    const { plan, observed } = await project.plan(planOptions);
    const forecast = await project.forecast(plan, observed);
    return inBothForms(plan, observed, project.config, forecast);
  } finally {
    project.close();
  }
}

async function planAtWatcher(
  { env }: CommandContext,
  planOptions: PlanOptions,
  url: string,
  config: LoadedConfig,
): Promise<PlannedFile> {
  const { targets, excludes, replace, adopt, destroy } = planOptions;
  if (destroy || [targets, excludes, replace, adopt].some((addresses) => addresses.length > 0))
    throw new WarmError("usage", "a watcher plans a file as a whole", {
      hint: "leave out --target, --exclude, --replace, --adopt and --destroy, or plan against a snapshot",
    });
  const { createClient } = await import("../../server/client/create-client.js");
  const client = createClient({ url, token: env.WARM_API_TOKEN });
  const document = await client.planCandidate({ text: config.text, name: config.path });
  return { document, whole: document, config };
}

async function planAgainstFile(
  planOptions: PlanOptions,
  path: string,
  name: string,
  config: LoadedConfig,
): Promise<PlannedFile> {
  const [{ parseSnapshot }, { planAgainst }] = await Promise.all([
    import("../../report/snapshot/parse-snapshot.js"),
    import("../../pool/snapshot/plan-against.js"),
  ]);
  const snapshot = parseSnapshot(await readSnapshotText(path, name), name);
  const { plan, config: merged } = planAgainst(snapshot, config, planOptions);
  const { observed } = snapshot;
  return inBothForms(plan, observed, merged, forecastPlan(plan, merged.desired, observed));
}

function inBothForms(plan: Plan, observed: Observed, config: LoadedConfig, forecast: Forecast): PlannedFile {
  return {
    document: toPlanDocument(plan, observed, config, { forecast }),
    whole: toPlanDocument(plan, observed, config, { forecast, whole: true }),
    config,
  };
}

const MAX_SNAPSHOT_BYTES = 256 * 1024 * 1024;

async function readSnapshotText(path: string, name: string): Promise<string> {
  const refuse = (what: string, cause?: unknown) =>
    new WarmError("usage", `${what} ${name}`, { hint: "`warm snapshot --out FILE` writes one", cause });
  try {
    const { size } = await stat(path);
    if (size > MAX_SNAPSHOT_BYTES) throw refuse("no snapshot is as large as");
    return await readFile(path, "utf8");
  } catch (cause) {
    if (cause instanceof WarmError) throw cause;
    const { code, message } = cause as NodeJS.ErrnoException;
    throw code === "ENOENT"
      ? refuse("there is no snapshot", cause)
      : refuse(`${message}: cannot read`, cause);
  }
}
