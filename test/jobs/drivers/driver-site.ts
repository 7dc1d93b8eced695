import type { ContainerCreateOptions } from "dockerode";
import type { Host } from "../../../src/docker/connection/connect.js";
import { type ExecSession, openExecSession } from "../../../src/docker/exec/exec-session.js";
import { inspectContainer } from "../../../src/docker/observe/read-objects.js";
import { createWriter } from "../../../src/docker/write/host-writer.js";
import type { DriverSite } from "../../../src/jobs/drivers/driver.js";
import { fillText } from "../../../src/jobs/fill-text.js";
import type { ParamValue } from "../../../src/model/job.js";
import type { GrantedLease } from "../../../src/pool/pools.js";
import { connectTo, runContainer } from "../../docker/running-engine.js";
import type { Sandbox } from "../../rig/sandbox.js";
import { eventually } from "../../scenarios/watch/watched-project.js";

/** An engine as warm makes it, and what a job's try on it gives a driver. */
export interface TriedEngine extends AsyncDisposable {
  readonly id: string;
  readonly name: string;
  readonly host: Host;
  readonly session: ExecSession;
  /** For one try. `lines` is all that it was told. */
  site(params?: Readonly<Record<string, ParamValue>>, more?: Partial<DriverSite>): TestSite;
}

export interface TestSite extends DriverSite {
  readonly lines: string[];
  /** Waits until such a line was told. */
  line(fits: (line: string) => boolean): Promise<string>;
  giveUp(): void;
}

/** Texts that a shell, a path or a format would make something else of. */
export const HOSTILE: readonly string[] = [
  "$(reboot)",
  "'; rm -rf /",
  "../../etc/passwd",
  "ä€😀",
  "-n",
  'a "b" \\c\\n `id` %s',
  "*",
  "x".repeat(64 * 1024),
];

/** Runs an engine of the catalogue until it says that it is ready. */
export async function startEngine(
  sandbox: Sandbox,
  image: string,
  settings: ContainerCreateOptions = {},
): Promise<TriedEngine> {
  const host = await connectTo(sandbox);
  const id = await runContainer(sandbox, image, { OpenStdin: true, StdinOnce: false, ...settings });
  const { name, addresses } = await inspectContainer(host.reader, id);
  const session = await openExecSession(host, id);
  const isReady = async () => {
    const logs = await sandbox.docker.getContainer(id).logs({ stdout: true, stderr: true });
    return logs.includes("Game server connected") || undefined;
  };
  await eventually(isReady, () => "the engine never got ready");
  const lease: GrantedLease = {
    ...{ id: "lease-1", fence: 1, pool: "game", engine: "engine.game/1", holder: "test", source: "warm" },
    ...{ since: "", expiresAt: "", timings: { queuedMs: 0, preparedMs: 0 } },
    address: [...addresses.values()][0],
    ports: { 8080: 8080 },
    container: { id, name },
  };
  const writer = createWriter(host, async () => undefined);
  return {
    ...{ id, name, host, session },
    site(params = {}, more = {}) {
      const lines: string[] = [];
      const given = new AbortController();
      return {
        ...{ lease, params, lines, jobId: "job-1", project: sandbox.project, cancel: given.signal },
        host: () => ({ host, writer, reach: "address" }),
        exec: (command, options) => session.run(command, options),
        fill: (text) => fillText(text, params),
        onLine: (line) => void lines.push(line),
        leftMs: () => 20_000,
        ...more,
        line: (fits) =>
          eventually(
            async () => lines.find(fits),
            () => `no such line: ${JSON.stringify(lines).slice(0, 2000)}`,
          ),
        giveUp: () => given.abort(),
      };
    },
    async [Symbol.asyncDispose]() {
      await session.close();
      await sandbox.docker.getContainer(id).remove({ force: true, v: true });
      host.close();
    },
  };
}
