import { type ConsoleChannel, openConsole } from "../../docker/exec/console-channel.js";
import { inspectContainer } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import type { JobDriver } from "../../model/job.js";
import type { DriverSite, StartedWork } from "./driver.js";
import { createJobContainer } from "./job-container.js";
import { asEngineFailure, startedWork, withinTry } from "./started-work.js";

type RestartDriver = Extract<JobDriver, { readonly type: "restart" }>;

/** How many lines an error shows. */
const LAST_LINES = 20;
/** Between the end of a process and the last of what it wrote. */
const LAST_WORDS_MS = 2000;
/** How long a session in the engine may take to be open. */
const SETTLE_MS = 30_000;

/**
 * `restart`: a container of its own for the job, beside the engine, which is frozen meanwhile.
 *
 * For servers that take their settings at the start alone. What stays warm is all but the process: the image, the engine's
 * volumes with what it has put there (`VolumesFrom`), the network, the page cache. The container is made like the engine's own
 * (image, command, user, limits, network, security, log) with the driver's variables over the engine's. What the engine has
 * written outside of its volumes is not in it, and its ports are published nowhere.
 *
 * What an engine's image has to do: take its settings from the variables and, once it was started with them, do the work; say on
 * its output what it did, as with `console`; and with `done` missing end with exit code 0 when the outputs are complete. It has
 * to bear that the engine's volumes are in use by a frozen process: no lock on a file may keep it from starting.
 *
 * The memory limit holds for each of the two: a host needs room for the frozen engine and the job.
 *
 * Resolves once the container runs. `ended` resolves with exit code 0. Every other code rejects with `engine-failed`: a server
 * that crashes cannot be told from one that does not like its parameters, so another engine is tried. Its output is told from
 * its first line on. `close` kills and removes the container and thaws the engine. What a warm that was killed left behind is
 * removed by the next look at the host after its lease has ended, or by the next such job of the engine.
 */
export async function startByRestart(driver: RestartDriver, site: DriverSite): Promise<StartedWork> {
  const engineId = site.lease.container.id;
  const { host, writer } = site.host();
  const last: string[] = [];
  const onLine = (line: string) => {
    last.push(line);
    if (last.length > LAST_LINES) last.shift();
    site.onLine(line);
  };
  let jobId: string | undefined;
  let channel: ConsoleChannel | undefined;
  const closers = [
    () => channel?.close(),
    () => (jobId === undefined ? undefined : site.host().writer.containers.remove(jobId)),
    () => site.host().writer.containers.unpause(engineId),
  ] as const;
  const undo = () => startedWork(engineId, Promise.resolve(), ...closers).close();

  async function start(): Promise<string> {
    // Docker 20.10 never answers for a container again that is frozen while a session in it is being opened.
    const { isPaused } = await inspectContainer(site.host().host.reader, engineId);
    if (!isPaused) await site.exec(["true"], { timeoutMs: SETTLE_MS }).catch(() => undefined);
    await writer.containers.pause(engineId);
    const id = await createJobContainer(driver, site);
    jobId = id;
    channel = await openConsole(host, id, { onLine, isNew: true });
    await writer.containers.start(id);
    return id;
  }

  // Not cut off in the middle: what is half made could not be taken away.
  const starting = start();
  try {
    const id = await withinTry(site, "Docker did not start the job's container in time", starting);
    const ended = waitForEnd(id, site, last, () => channel?.ended);
    return startedWork(id, ended, ...closers);
  } catch (error) {
    await starting.catch(() => undefined);
    await undo();
    throw asEngineFailure(error);
  }
}

async function waitForEnd(
  id: string,
  { host, cancel, leftMs }: DriverSite,
  last: readonly string[],
  linesEnded: () => Promise<unknown> | undefined,
): Promise<void> {
  const { host: docker, writer } = host();
  const code = await writer.containers.waitExit(id, Math.max(1, leftMs()), cancel).catch((error: unknown) => {
    throw asEngineFailure(error);
  });
  const grace = new Promise((resolve) => setTimeout(resolve, LAST_WORDS_MS).unref());
  await Promise.race([linesEnded(), grace]);
  if (code === 0) return;
  const { isOutOfMemory } = await inspectContainer(docker.reader, id).catch(() => ({ isOutOfMemory: false }));
  throw new WarmError("engine-failed", `the job's container ended with exit code ${code}`, {
    hint: isOutOfMemory ? "it ran out of memory: raise the pool's `memory`" : "its last lines may say why",
    logs: [...last],
  });
}
