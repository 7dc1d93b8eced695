import { type ApplyResult, type ApplySettings, applyProject } from "../../apply/apply-project.js";
import type { FailOn } from "../../apply/fail-on.js";
import { removeLockImage } from "../../apply/lock/lock.js";
import type { Project } from "../../apply/open-project.js";
import { toPlanDocument } from "../../apply/plan-document.js";
import { WarmError } from "../../errors.js";
import type { ApplyEvent, ApplySummary } from "../../model/event.js";
import type { PlanOptions } from "../../model/plan.js";
import type { PlanDocument } from "../../model/plan-document.js";
import { formatError } from "../../report/format-error.js";
import { formatPlan } from "../../report/plan-text/format-plan.js";
import { applyExitCode, formatResult } from "../apply-result.js";
import { askApproval } from "../ask-approval.js";
import type { CommandContext } from "../command-context.js";
import { openEventSink } from "../event-sink.js";
import { watchSignals } from "../signals.js";

/** Options of every command that changes a host. */
export interface RunOptions {
  readonly autoApprove?: boolean;
  readonly json?: boolean;
  readonly lockTimeout?: number;
  readonly reason?: string;
  readonly stateDir?: string;
}

export interface RunRequest {
  /** As the lock's holder is told. */
  readonly command: string;
  readonly options: PlanOptions;
  readonly saved?: PlanDocument;
  readonly expectedDigest?: string | undefined;
  readonly failOn?: readonly FailOn[];
}

export type Failure = Extract<ApplyEvent, { type: "action-failed" }>;

export interface RunOutcome {
  readonly exitCode: number;
  /** Undefined: it was interrupted before anything was done. */
  readonly result: ApplyResult | undefined;
  readonly failures: readonly Failure[];
}

/** Shows the plan, asks, applies, tells: the same for every command that changes a host. */
export async function runApplyOf(
  context: CommandContext,
  project: Project,
  request: RunRequest,
  options: RunOptions,
): Promise<RunOutcome> {
  const { terminal } = context;
  const isJson = options.json === true;
  const sink = openEventSink(terminal, isJson);
  const failures: Failure[] = [];
  let isApproved = false;
  const signals = watchSignals((count) => {
    const first = isApproved ? "Finishing what is in flight" : "Stopping before anything is done";
    sink.say(count === 1 ? `${first}; once more to abort.` : "Aborting.");
  });
  const settings: ApplySettings = {
    options: request.options,
    saved: request.saved,
    expectedDigest: request.expectedDigest,
    failOn: request.failOn,
    lock: { timeoutMs: options.lockTimeout ?? 0, command: request.command, reason: options.reason ?? "" },
    emit: (event) => {
      if (event.type === "action-failed") failures.push(event);
      sink.emit(event);
    },
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
    return { exitCode, result: undefined, failures };
  } finally {
    sink.close();
    signals.close();
  }
  if (!isJson) terminal.print(formatResult(result, request, project.config.path, terminal.out));
  return { exitCode: applyExitCode(result, signals.exitCode()), result, failures };
}

function isWhole({ failed, skipped, interrupted }: ApplySummary): boolean {
  return failed + skipped === 0 && !interrupted;
}
