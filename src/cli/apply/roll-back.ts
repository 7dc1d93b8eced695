import { failsForGood } from "../../apply/revisions/fails-for-good.js";
import { readRevisions, rememberBad, rememberGood } from "../../apply/revisions/revision-memory.js";
import { type LoadedConfig, parseConfig } from "../../config/load-config.js";
import { toWarmError, WarmError } from "../../errors.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { formatError } from "../../report/format-error.js";
import { makeVisible } from "../../report/text/make-visible.js";
import type { CommandContext } from "../command-context.js";
import { toPlanOptions } from "../selection.js";
import { type Failure, type RunOptions, runApplyOf } from "./run-apply.js";

/**
 * Remembers a file that was applied whole and found well, as one to go back to. Never fails: what is applied is applied.
 * @param stateDir absolute
 */
export async function keepAsGood(
  { terminal }: CommandContext,
  { sha256, text, path, directory }: LoadedConfig,
  stateDir: string,
): Promise<void> {
  // That is what a watcher of a repository goes back to.
  if ((await readRevisions(stateDir)).good?.origin !== undefined) return;
  const at = new Date().toISOString();
  await rememberGood(stateDir, { sha256, text, path, directory, at }).catch((error) =>
    terminal.note(`This file is not remembered as one to go back to: ${toWarmError(error).message}`),
  );
}

/**
 * A text that has failed for good is not tried again until it changes.
 * @throws WarmError `guard-refused`
 */
export async function refuseKnownBad({ sha256, path }: LoadedConfig, stateDir: string): Promise<void> {
  const { bad } = await readRevisions(stateDir);
  const known = bad.find((revision) => revision.sha256 === sha256);
  if (known === undefined) return;
  throw new WarmError(
    "guard-refused",
    `${path} as it stands has failed at ${known.at}, and was rolled back (${known.code}: ${known.message})`,
    { hint: "change it; or apply without --rollback-on-failure to try it as it is" },
  );
}

/**
 * Puts the last good file back in force after another one has failed for good, and remembers the bad one. What failed for
 * the moment only is left as it is: a second apply may finish it.
 * @param stateDir absolute
 */
export async function rollBack(
  context: CommandContext,
  failed: LoadedConfig,
  failures: readonly Failure[],
  options: RunOptions,
  stateDir: string,
): Promise<void> {
  const { terminal } = context;
  const failure = failures.find(({ code }) => failsForGood(code));
  if (failure === undefined) {
    terminal.note("Not rolled back: what failed may succeed when it is tried again.");
    return;
  }
  const { good: known } = await readRevisions(stateDir);
  const good = known?.origin === undefined ? known : undefined;
  if (good === undefined || good.sha256 === failed.sha256) {
    const why =
      good === undefined ? "no file was applied whole from here yet" : "the last good file is this very one";
    terminal.note(`Not rolled back: ${why}.`);
    return;
  }
  const { code, message } = failure;
  const at = new Date().toISOString();
  await rememberBad(stateDir, { sha256: failed.sha256, code, message, at });
  terminal.note(`\nRolling back to ${makeVisible(good.path)} as it was applied at ${good.at}.`);
  const isBack = await applyGood(context, good, options, stateDir).catch((error: unknown) => {
    terminal.note(formatError(toWarmError(error), terminal.err));
    return false;
  });
  terminal.note(
    isBack
      ? `Rolled back. ${makeVisible(failed.path)} is not tried again with --rollback-on-failure until it changes.`
      : "The rollback has failed as well: `warm plan` shows what stands.",
  );
}

/** @returns whether all of it went well */
async function applyGood(
  context: CommandContext,
  { text, path, directory }: { readonly text: string; readonly path: string; readonly directory: string },
  options: RunOptions,
  stateDir: string,
): Promise<boolean> {
  const { global, cwd, env } = context;
  const config = await parseConfig({ text, file: path, directory, env });
  const project = await openPooledProject({ config, host: global.host, env, cwd, stateDir });
  try {
    const request = { command: "warm apply (rollback)", options: toPlanOptions({}) };
    return (await runApplyOf(context, project, request, { ...options, autoApprove: true })).exitCode === 0;
  } finally {
    project.close();
  }
}
