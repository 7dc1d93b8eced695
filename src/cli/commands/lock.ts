import { breakLock } from "../../apply/lock/lock.js";
import { readLock, type StandingLock } from "../../apply/lock/lock-holder.js";
import { openProject, type Project } from "../../apply/open-project.js";
import { WarmError } from "../../errors.js";
import { formatHolder } from "../../report/format-holder.js";
import { formatJson } from "../../report/text/format-json.js";
import type { CommandContext } from "../command-context.js";

export async function runLockStatus(
  context: CommandContext,
  { json = false }: { readonly json?: boolean },
): Promise<number> {
  return withLock(context, async (project, lock, nowMs) => {
    const { project: name } = project.config.desired;
    if (json) context.terminal.print(formatJson({ project: name, locked: lock !== undefined, ...lock }));
    else context.terminal.print(describe(name, lock, nowMs));
    return 0;
  });
}

export async function runLockBreak(
  context: CommandContext,
  { force = false }: { readonly force?: boolean },
): Promise<number> {
  return withLock(context, async (project, lock, nowMs) => {
    const { project: name } = project.config.desired;
    if (lock === undefined) {
      context.terminal.print(`Project ${name} is not locked.`);
      return 0;
    }
    if (!lock.isExpired && !force) {
      throw new WarmError("guard-refused", `the lock has not expired.\n${describe(name, lock, nowMs)}`, {
        hint: "`--force` breaks it all the same; its holder will stop at its next step",
      });
    }
    await breakLock(await project.openWriter(), lock);
    context.terminal.print(`Broke the lock of project ${name}.`);
    return 0;
  });
}

async function withLock(
  { global, cwd, env }: CommandContext,
  use: (project: Project, lock: StandingLock | undefined, nowMs: number) => Promise<number>,
): Promise<number> {
  const project = await openProject({ ...global, cwd, env });
  try {
    const daemonNow = () => Date.now() + project.host.reader.clockOffsetMs();
    return await use(
      project,
      await readLock(project.host, project.config.desired.project, daemonNow),
      daemonNow(),
    );
  } finally {
    project.close();
  }
}

function describe(project: string, lock: StandingLock | undefined, nowMs: number): string {
  if (lock === undefined) return `Project ${project} is not locked.`;
  if (lock.holder === undefined)
    return `Project ${project} is being locked by a process that has not signed yet.`;
  return `Project ${project} is locked.\n${formatHolder(lock.holder, nowMs)}`;
}
