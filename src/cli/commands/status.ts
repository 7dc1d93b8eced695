import { dirname, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { readHealths } from "../../apply/health/read-healths.js";
import type { Project } from "../../apply/open-project.js";
import { readWatcher } from "../../daemon/state/read-watcher.js";
import { stateDirectory } from "../../daemon/state/state-directory.js";
import { ConfigError } from "../../model/problem.js";
import type { ProjectStatus } from "../../model/status.js";
import { describeStatus, statusFromMemory } from "../../plan/describe-status.js";
import { openPooledProject } from "../../pool/open-pooled-project.js";
import { formatStatus, formatStatusJson, type StatusDocument } from "../../report/format-status.js";
import { readStatusDocument } from "../../report/read-status-document.js";
import { formatJson } from "../../report/text/format-json.js";
import { formatDurationMs } from "../../report/text/units.js";
import type { CommandContext } from "../command-context.js";
import { openClient, type WatcherOptions } from "../open-client.js";

interface StatusOptions extends WatcherOptions {
  readonly json?: boolean;
  readonly wait?: "ready";
  readonly timeout?: number;
}

const LOOK_AGAIN_MS = 500;
const WAIT_MS = 5 * 60_000;
/** Applied, but not healthy (design, section 5). */
const NOT_READY = 7;

export async function runStatus(context: CommandContext, options: StatusOptions): Promise<number> {
  const { global, terminal, cwd, env } = context;
  const { json = false, wait, timeout = WAIT_MS } = options;
  // The host may be out of our reach: the watcher over there tells of it.
  if (options.api !== undefined) return showRemote(context, options);
  const told = await recall(context, options.stateDir);
  if (told?.watcher?.revisions?.git !== undefined) return showPulled(context, options, told);
  let project: Project;
  try {
    project = await openPooledProject({ ...global, cwd, env, stateDir: options.stateDir });
  } catch (error) {
    const remembered = error instanceof ConfigError ? await recall(context, options.stateDir) : undefined;
    if (remembered !== undefined) print(remembered, context, json);
    throw error;
  }
  try {
    const deadline = Date.now() + timeout;
    let status = await look(project, context, options.stateDir);
    while (wait === "ready" && !isReady(status) && Date.now() < deadline) {
      await delay(LOOK_AGAIN_MS);
      status = await look(project, context, options.stateDir);
    }
    print(status, context, json);
    if (wait !== "ready" || isReady(status)) return 0;
    terminal.note(`Not ready after ${formatDurationMs(timeout)}.`);
    return NOT_READY;
  } finally {
    project.close();
  }
}

/** As the watcher on the network tells it; always JSON, which is what it sends. */
async function showRemote(context: CommandContext, options: StatusOptions): Promise<number> {
  const client = openClient(context, options);
  try {
    const { wait, timeout = WAIT_MS } = options;
    const deadline = Date.now() + timeout;
    let status = await client.status();
    while (wait === "ready" && !isReady(status) && Date.now() < deadline) {
      await delay(LOOK_AGAIN_MS);
      status = await client.status();
    }
    context.terminal.print(formatJson(status));
    return wait !== "ready" || isReady(status) ? 0 : NOT_READY;
  } finally {
    client.close();
  }
}

/** What is wanted stands in a repository, and not in a file here: the watcher that pulls it tells of it. */
async function showPulled(
  context: CommandContext,
  options: StatusOptions,
  told: ProjectStatus,
): Promise<number> {
  const { json = false, wait, timeout = WAIT_MS } = options;
  const deadline = Date.now() + timeout;
  let status = (await ask(context, options)) ?? told;
  const isDone = () => isReady(status) && status.watcher?.revisions?.isInSync === true;
  while (wait === "ready" && !isDone() && Date.now() < deadline) {
    await delay(LOOK_AGAIN_MS);
    status = (await ask(context, options)) ?? status;
  }
  print(status, context, json);
  if (wait !== "ready" || isDone()) return 0;
  context.terminal.note(`Not ready after ${formatDurationMs(timeout)}.`);
  return NOT_READY;
}

/** The watcher's own word; while it does not answer, as before its first pass, what it has written down. */
async function ask(context: CommandContext, options: StatusOptions): Promise<ProjectStatus | undefined> {
  const client = openClient(context, { stateDir: openState(context, options.stateDir).path });
  try {
    return readStatusDocument(await client.status());
  } catch {
    return recall(context, options.stateDir);
  } finally {
    client.close();
  }
}

function print(status: ProjectStatus, { terminal }: CommandContext, isJson: boolean): void {
  terminal.print(
    isJson
      ? formatStatusJson(status).trimEnd()
      : formatStatus(status, terminal.out, terminal.columns, new Date()),
  );
}

const openState = ({ global, cwd }: CommandContext, stateDir: string | undefined) =>
  stateDirectory(dirname(resolve(cwd, global.file)), stateDir, cwd);

/** While the file is bad, or elsewhere, what a watcher that goes on with the last good one has told. */
async function recall(
  context: CommandContext,
  stateDir: string | undefined,
): Promise<ProjectStatus | undefined> {
  const watcher = await readWatcher(openState(context, stateDir), undefined, Date.now());
  if (!watcher?.isAlive) return undefined;
  return {
    project: watcher.project,
    host: undefined,
    resources: statusFromMemory(watcher.resources),
    notes: [],
    watcher,
  };
}

async function look(
  { config, plan: planNow }: Project,
  context: CommandContext,
  stateDir: string | undefined,
): Promise<ProjectStatus> {
  const state = openState(context, stateDir);
  const [{ plan, observed }, watcher] = await Promise.all([
    planNow(),
    readWatcher(state, config.desired.project, Date.now()),
  ]);
  const healths = await readHealths(config.desired, plan, observed);
  return {
    project: plan.project,
    host: observed.host,
    resources: describeStatus(plan, observed, healths, watcher?.isAlive ? watcher.resources : {}),
    notes: config.notes,
    watcher,
  };
}

/** All is as the file says, and no container that can be asked says that it is not well. */
function isReady({ resources }: Pick<ProjectStatus | StatusDocument, "resources">): boolean {
  return resources.every(
    ({ sync, health }) => sync === "in-sync" && health !== "unhealthy" && health !== "starting",
  );
}
