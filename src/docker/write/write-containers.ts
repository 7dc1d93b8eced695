import { posix } from "node:path";
import type { ContainerCreateOptions } from "dockerode";
import type { EngineLimits } from "../../model/pool.js";
import { packFiles } from "../connection/archive.js";
import type { DockerodeCalls } from "./dockerode-calls.js";
import { toHostLimits } from "./host-limits.js";

/** What a container is made from, in the daemon's words. */
export type ContainerSettings = ContainerCreateOptions;

const GRACE_SECONDS = 10;
const STOP_DEADLINE_MS = (GRACE_SECONDS + 15) * 1000;

/** Everything that warm does to a container. All but `create` take the daemon's ID, never a name. */
export interface ContainerWriter {
  /** @returns the new ID. @throws WarmError `name-conflict` when the name is taken: exactly one caller wins. */
  create(name: string, settings: ContainerSettings): Promise<string>;
  /** Also fine when it runs already. */
  start(id: string): Promise<void>;
  /** Freezes all that runs in it. Also fine when it is frozen already. */
  pause(id: string): Promise<void>;
  /** Also fine when it is not frozen. */
  unpause(id: string): Promise<void>;
  /** Sends its main process a signal. @throws WarmError `in-use` when it does not run */
  signal(id: string, signal: string): Promise<void>;
  /** Asks it to stop, kills it after 10 s. Also fine when it is stopped or gone. */
  stop(id: string): Promise<void>;
  /** Kills and removes, with its anonymous volumes. Also fine when it is gone; waits until it is. */
  remove(id: string): Promise<void>;
  rename(id: string, name: string): Promise<void>;
  updateLimits(id: string, limits: EngineLimits): Promise<void>;
  /** Waits until it does not run. @returns its exit code. @throws WarmError `deadline`. */
  waitExit(id: string, deadlineMs: number, cancel?: AbortSignal): Promise<number>;
  /** Runs a command inside without a shell. @returns its exit code. */
  exec(id: string, command: readonly string[], deadlineMs: number): Promise<number>;
  /** Writes one small file into the container's root folder, started or not. */
  putFile(id: string, name: string, content: string): Promise<void>;
  /**
   * Writes files into a folder, which is made with its parents. What is mounted from memory alone is not reached.
   * @param mode permission bits; default 0644
   */
  putFiles(
    id: string,
    folder: string,
    files: Readonly<Record<string, string | Uint8Array>>,
    mode?: number,
  ): Promise<void>;
}

export function createContainerWriter({ call }: DockerodeCalls): ContainerWriter {
  return {
    create: (name, settings) =>
      call(`create container ${name}`, async (docker, abortSignal) => {
        const container = await docker.createContainer({ ...settings, name, abortSignal });
        return container.id;
      }),
    start: (id) =>
      call("start a container", (docker, abortSignal) => docker.getContainer(id).start({ abortSignal }), {
        fine: [304],
      }),
    pause: (id) =>
      call("pause a container", (docker, abortSignal) =>
        docker.getContainer(id).pause({ abortSignal }),
      ).catch(ifAlready(/already paused/i)),
    unpause: (id) =>
      call("unpause a container", (docker, abortSignal) =>
        docker.getContainer(id).unpause({ abortSignal }),
      ).catch(ifAlready(/is not paused/i)),
    signal: (id, signal) =>
      call(`send ${signal} to a container`, (docker, abortSignal) =>
        docker.getContainer(id).kill({ signal, abortSignal }),
      ),
    stop: (id) =>
      call(
        "stop a container",
        (docker, abortSignal) => docker.getContainer(id).stop({ t: GRACE_SECONDS, abortSignal }),
        {
          fine: [304, 404],
          deadlineMs: STOP_DEADLINE_MS,
        },
      ),
    remove: (id) => removeContainer(call, id),
    rename: (id, name) =>
      call(`rename a container to ${name}`, (docker, abortSignal) =>
        docker.getContainer(id).rename({ name, abortSignal }),
      ),
    updateLimits: (id, limits) =>
      call("change a container's limits", (docker, abortSignal) =>
        docker.getContainer(id).update({ ...toHostLimits(limits), abortSignal }),
      ),
    waitExit: (id, deadlineMs, cancel) =>
      call(
        "wait for a container to end",
        async (docker, abortSignal) => {
          const { StatusCode } = (await docker.getContainer(id).wait({ abortSignal })) as {
            StatusCode: number;
          };
          return StatusCode;
        },
        { deadlineMs, cancel },
      ),
    exec: (id, command, deadlineMs) => runExec(call, id, command, deadlineMs),
    putFile: (id, name, content) =>
      call(`write ${name} into a container`, async (docker, abortSignal) => {
        const archive = await packFiles({ [name]: content });
        await docker.getContainer(id).putArchive(archive, { path: "/", abortSignal });
      }),
    putFiles: (id, folder, files, mode = 0o644) =>
      call(`write files into ${folder} of a container`, async (docker, abortSignal) => {
        const paths = Object.entries(files).map(([name, content]) => [
          posix.join(folder, name).slice(1),
          content,
        ]);
        const archive = await packFiles(Object.fromEntries(paths), mode);
        await docker.getContainer(id).putArchive(archive, { path: "/", abortSignal });
      }),
  };
}

/** What is so already is answered by an error that only its words tell from others. */
function ifAlready(words: RegExp): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof Error) || !words.test(error.message)) throw error;
  };
}

const REMOVAL_POLL_MS = 100;
const REMOVAL_TRIES = 100;

/** Another removal under way answers 409 and the name stays taken meanwhile: wait until the container is gone. */
async function removeContainer(call: DockerodeCalls["call"], id: string): Promise<void> {
  for (let tries = 0; tries < REMOVAL_TRIES; tries += 1) {
    try {
      await call(
        "remove a container",
        (docker, abortSignal) => docker.getContainer(id).remove({ force: true, v: true, abortSignal }),
        { fine: [404] },
      );
      return;
    } catch (error) {
      const isRace = /already in progress/.test((error as Error).message);
      if (!isRace || tries === REMOVAL_TRIES - 1) throw error;
      await new Promise((resolve) => setTimeout(resolve, REMOVAL_POLL_MS));
    }
  }
}

async function runExec(
  call: DockerodeCalls["call"],
  id: string,
  command: readonly string[],
  deadlineMs: number,
): Promise<number> {
  return call(
    "run a command in a container",
    async (docker, abortSignal) => {
      const exec = await docker.getContainer(id).exec({ Cmd: [...command], AttachStdout: true, abortSignal });
      const stream = await exec.start({ abortSignal });
      for await (const _chunk of stream) {
        // The output is not wanted; its end says that the command is over.
      }
      const { ExitCode } = await exec.inspect({ abortSignal });
      return ExitCode ?? -1;
    },
    { deadlineMs },
  );
}
