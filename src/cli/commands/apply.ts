import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type ApplyResult, type ApplySettings, applyProject } from "../../apply/apply-project.js";
import { removeLockImage } from "../../apply/lock/lock.js";
import type { Project } from "../../apply/open-project.js";
import { toPlanDocument } from "../../apply/plan-document.js";
import { parseConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import type { ApplySummary } from "../../model/event.js";
import type { PlanOptions } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { formatError } from "../../report/format-error.js";
import { formatPlan } from "../../report/plan-text/format-plan.js";
import { parsePlanDocument } from "../../report/plan-text/parse-plan-document.js";
import { applyExitCode, formatResult } from "../apply-result.js";
import { askApproval } from "../ask-approval.js";
import type { CommandContext } from "../command-context.js";
import { openEventSink } from "../event-sink.js";
import { type SelectionOptions, toPlanOptions } from "../selection.js";
import { watchSignals } from "../signals.js";

interface RunOptions {
  readonly autoApprove?: boolean;
  readonly json?: boolean;
  readonly lockTimeout?: number;
  readonly reason?: string;
  readonly stateDir?: string;
}

interface ApplyOptions extends RunOptions, SelectionOptions {
  readonly expectPlan?: string;
}

export async function runApply(
  context: CommandContext,
  options: ApplyOptions,
  planFile?: string,
): Promise<number> {
  if (planFile === undefined) {
    const project = await openPooledProject({
      ...context.global,
      cwd: context.cwd,
      env: context.env,
      stateDir: options.stateDir,
    });
    const command = "warm apply";
    return run(
      context,
      project,
      { command, options: toPlanOptions(options), expectedDigest: options.expectPlan },
      options,
    );
  }
  const saved = readPlanFile(planFile, context.cwd);
  if (isSelective(options)) {
    throw new WarmError("usage", "a saved plan takes no --target, --exclude, --replace or --adopt", {
      hint: "give them to `warm plan --out`",
    });
  }
  const { text = "", directory = context.cwd, path } = saved.config;
  const config = await parseConfig({ text, file: path, directory, env: context.env });
  const project = await openPooledProject({
    config,
    host: context.global.host,
    env: context.env,
    cwd: context.cwd,
    stateDir: options.stateDir,
  });
  const request = {
    command: `warm apply ${planFile}`,
    options: saved.options,
    saved,
    expectedDigest: undefined,
  };
  return run(context, project, request, { ...options, autoApprove: true });
}

export async function runDestroy(context: CommandContext, options: RunOptions): Promise<number> {
  const project = await openPooledProject({
    ...context.global,
    cwd: context.cwd,
    env: context.env,
    stateDir: options.stateDir,
  });
  const request = {
    command: "warm destroy",
    options: toPlanOptions({}, true),
    expectedDigest: undefined,
  };
  return run(context, project, request, options);
}

interface Request {
  readonly command: string;
  readonly options: PlanOptions;
  readonly saved?: PlanDocument;
  readonly expectedDigest: string | undefined;
}

/** Shows the plan, asks, applies, tells: the same for every command that changes a host. */
async function run(
  context: CommandContext,
  project: Project,
  request: Request,
  options: RunOptions,
): Promise<number> {
  const { terminal } = context;
  const isJson = options.json === true;
  const sink = openEventSink(terminal, isJson);
  let isApproved = false;
  const signals = watchSignals((count) => {
    const first = isApproved ? "Finishing what is in flight" : "Stopping before anything is done";
    sink.say(count === 1 ? `${first}; once more to abort.` : "Aborting.");
  });
  const settings: ApplySettings = {
    options: request.options,
    saved: request.saved,
    expectedDigest: request.expectedDigest,
    lock: { timeoutMs: options.lockTimeout ?? 0, command: request.command, reason: options.reason ?? "" },
    emit: sink.emit,
    stop: signals.stop,
    approve: async (plan, observed) => {
      const document = toPlanDocument(plan, observed, project.config);
      if (!isJson) terminal.print(`${formatPlan(document, terminal.out)}\n`);
      else if (options.autoApprove !== true) terminal.note(`${formatPlan(document, terminal.err)}\n`);
      isApproved =
        options.autoApprove === true ||
        (await askApproval(terminal, request.options.destroy, signals.stop.soft));
      return isApproved;
    },
  };
  let result: ApplyResult;
  try {
    result = await applyProject(project, settings);
    if (request.options.destroy && result.kind === "applied" && isWhole(result.summary))
      await removeLockImage(await project.openWriter());
  } catch (error) {
    const exitCode = signals.exitCode();
    if (!(error instanceof WarmError) || error.code !== "interrupted" || exitCode === undefined) throw error;
    sink.say(formatError(error, terminal.err));
    return exitCode;
  } finally {
    sink.close();
    signals.close();
    project.close();
  }
  if (!isJson) terminal.print(formatResult(result, request, project.config.path, terminal.out));
  return applyExitCode(result, signals.exitCode());
}

function isWhole({ failed, skipped, interrupted }: ApplySummary): boolean {
  return failed + skipped === 0 && !interrupted;
}

function readPlanFile(file: string, cwd: string): PlanDocument {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new WarmError(
      "usage",
      code === "ENOENT" ? `there is no plan ${file}` : `cannot read the plan ${file}: ${message}`,
      { hint: "`warm plan --out FILE` writes one", cause },
    );
  }
  const document = parsePlanDocument(text, file);
  if (document.config.text !== undefined) return document;
  throw new WarmError("usage", `${file} was printed, not saved: it lacks the file's text`, {
    hint: "use `warm plan --out FILE`",
  });
}

function isSelective({ target, exclude, replace, adopt }: SelectionOptions): boolean {
  return [target, exclude, replace, adopt].some((addresses) => addresses !== undefined);
}
