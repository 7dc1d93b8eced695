import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { extract } from "tar-stream";
import { expect } from "vitest";

/** One world generator, spoken to as an operator does: lines in, lines out. */
export interface WorldgenServer {
  container: Docker.Container;
  /** Without what the server puts before them: time, level, thread. */
  lines: string[];
  /** Sends a command and waits for the last line of its job. @returns the lines from its first one on */
  run(command: string | Buffer): Promise<string[]>;
  /** Sends a command and waits for nothing. */
  send(command: string | Buffer): void;
  /** Resolves with the first line from index `from` on that this is true of. @throws Error after 20 s, or once the server is gone */
  line(isWanted: (line: string) => boolean, from?: number): Promise<string>;
  /** The files of the finished job, by name. */
  files(): Promise<Record<string, string>>;
}

const deadlineMs = 20_000;
const isEnd = (line: string) => line === "ALL EXPORTS COMPLETE" || /^(refused|job failed): /.test(line);

/** Makes and starts a container, and waits until it is ready. It has no network. */
export async function startServer(
  docker: Docker,
  image: string,
  name: string,
  settings: Docker.HostConfig = {},
): Promise<WorldgenServer> {
  const container = await docker.createContainer({
    name,
    Image: image,
    OpenStdin: true,
    HostConfig: { NetworkMode: "none", ...settings },
  });
  const stream = await container.attach({
    stream: true,
    stdin: true,
    stdout: true,
    stderr: true,
    hijack: true,
  });
  const lines: string[] = [];
  const watchers = new Set<() => void>();
  const output = new PassThrough();
  docker.modem.demuxStream(stream, output, output);
  stream.on("end", () => output.end());
  createInterface({ input: output }).on("line", (line) => {
    lines.push(line.replace(/^\S+ \S+: [A-Z]+\[\w+\]: /, ""));
    for (const look of watchers) look();
  });
  const line = (isWanted: (line: string) => boolean, from = 0) =>
    new Promise<string>((resolve, reject) => {
      const stop = (): void => {
        clearTimeout(timer);
        watchers.delete(look);
      };
      const look = (): void => {
        const found = lines.slice(from).find(isWanted);
        if (found === undefined) return;
        stop();
        resolve(found);
      };
      const timer = setTimeout(() => {
        stop();
        reject(
          new Error(`not said within ${deadlineMs} ms; the last lines:\n${lines.slice(-10).join("\n")}`),
        );
      }, deadlineMs);
      watchers.add(look);
      look();
    });
  const send = (command: string | Buffer) => {
    stream.write(Buffer.concat([Buffer.from(command), Buffer.from("\n")]));
  };
  await container.start();
  await line((said) => said === "World generator ready");
  return {
    container,
    lines,
    line,
    send,
    async run(command) {
      const from = lines.length;
      send(command);
      await line(isEnd, from);
      return lines.slice(from);
    },
    files: () => readFiles(container),
  };
}

async function readFiles(container: Docker.Container): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const unpack = extract();
  (await container.getArchive({ path: "/config/world_data" })).pipe(unpack);
  for await (const entry of unpack) {
    if (entry.header.type === "file") files[entry.header.name.replace(/^.*\//, "")] = await text(entry);
    else entry.resume();
  }
  return files;
}

/** Runs a command in the server's container. @returns what it wrote */
export async function execIn({ container }: WorldgenServer, command: string[]): Promise<string> {
  const exec = await container.exec({ Cmd: command, AttachStdout: true, AttachStderr: true });
  const stream = await exec.start({});
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  expect((await exec.inspect()).ExitCode).toBe(0);
  // Each frame of Docker's stream has a head of 8 bytes; there is one here.
  return Buffer.concat(chunks).subarray(8).toString();
}

/** The server's process as `ps` shows it: the pid first. */
export async function serverPids(server: WorldgenServer): Promise<string> {
  const lines = (await execIn(server, ["ps", "-o", "pid,args"])).split("\n");
  const found = lines.filter((line) => line.includes("minetestserver"));
  expect(found).toHaveLength(1);
  return found.join();
}
