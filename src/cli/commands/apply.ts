import { existsSync } from "node:fs";
import type { FailOn } from "../../apply/fail-on.js";
import type { Project } from "../../apply/open-project.js";
import { parseConfig } from "../../config/load-config.js";
import { WarmError } from "../../errors.js";
import { statePath } from "../../pool/journal/journal-path.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { readPlanFile } from "../apply/read-plan-file.js";
import { keepAsGood, refuseKnownBad, rollBack } from "../apply/roll-back.js";
import { type RunOptions, type RunOutcome, type RunRequest, runApplyOf } from "../apply/run-apply.js";
import { verifyApplied } from "../apply/verify-applied.js";
import type { CommandContext } from "../command-context.js";
import { type SelectionOptions, toPlanOptions } from "../selection.js";

interface ApplyOptions extends RunOptions, SelectionOptions {
  readonly expectPlan?: string;
  readonly failOn?: readonly FailOn[];
  readonly verify?: boolean;
  readonly rollbackOnFailure?: boolean;
}

export async function runApply(
  context: CommandContext,
  options: ApplyOptions,
  planFile?: string,
): Promise<number> {
  const { failOn } = options;
  if (planFile === undefined) {
    const project = await openPooledProject({
      ...context.global,
      cwd: context.cwd,
      env: context.env,
      stateDir: options.stateDir,
    });
    const request = {
      command: "warm apply",
      options: toPlanOptions(options),
      expectedDigest: options.expectPlan,
      failOn,
    };
    return applyFile(context, project, request, options);
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
    expectedDigest: options.expectPlan,
    failOn,
  };
  return applyFile(context, project, request, { ...options, autoApprove: true });
}

/** Applies, and does what was asked for after it: proves it, or goes back. */
async function applyFile(
  context: CommandContext,
  project: Project,
  request: RunRequest,
  options: ApplyOptions,
): Promise<number> {
  const { config } = project;
  const { rollbackOnFailure = false } = options;
  const stateDir = statePath(config.directory, options.stateDir, context.cwd);
  try {
    if (rollbackOnFailure) await refuseKnownBad(config, stateDir);
    const outcome = await runApplyOf(context, project, request, options);
    if (outcome.exitCode !== 0) {
      if (rollbackOnFailure && hasFailed(outcome))
        await rollBack(context, config, outcome.failures, options, stateDir);
      return outcome.exitCode;
    }
    // A state directory is not made for the sake of a memory that nobody has asked for.
    const isWhole = request.options.targets.length + request.options.excludes.length === 0;
    if (isWhole && (rollbackOnFailure || existsSync(stateDir))) await keepAsGood(context, config, stateDir);
    return options.verify === true ? await verifyApplied(context, project, request.options) : 0;
  } finally {
    project.close();
  }
}

/** It came to its end, and not well: whoever has interrupted it wants no more to be done. */
function hasFailed({ result, exitCode }: RunOutcome): boolean {
  return result?.kind === "applied" && !result.summary.interrupted && (exitCode === 6 || exitCode === 7);
}

export async function runDestroy(context: CommandContext, options: RunOptions): Promise<number> {
  const project = await openPooledProject({
    ...context.global,
    cwd: context.cwd,
    env: context.env,
    stateDir: options.stateDir,
  });
  try {
    const request = { command: "warm destroy", options: toPlanOptions({}, true) };
    return (await runApplyOf(context, project, request, options)).exitCode;
  } finally {
    project.close();
  }
}

function isSelective({ target, exclude, replace, adopt }: SelectionOptions): boolean {
  return [target, exclude, replace, adopt].some((addresses) => addresses !== undefined);
}
