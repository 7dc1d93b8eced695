import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { extract } from "tar-stream";

/** One world generator, spoken to as an operator does: lines in, lines out. */
export interface WorldgenServer {
  container: Docker.Container;
  /** Without what the server puts before them: time, level, thread. */
  lines: string[];
  /** Sends a command and waits for the last line of its job. @returns the lines from its first one on */
  run(command: string): Promise<string[]>;
  /** Sends a command and waits for nothing. */
  send(command: string): void;
  /** Resolves with the first line from index `from` on that this is true of. @throws Error after 20 s, or once the server is gone */
  line(isWanted: (line: string) => boolean, from?: number): Promise<string>;
  /** The files of the finished job, by name. */
  files(): Promise<Record<string, string>>;
}

const deadlineMs = 20_000;
const isEnd = (line: string) => line === "ALL EXPORTS COMPLETE" || /^(refused|job failed): /.test(line);

/** Makes and starts a container, and waits until it is ready. It has no network. */
export async function startServer(docker: Docker, image: string, name: string): Promise<WorldgenServer> {
  const container = await docker.createContainer({
    name,
    Image: image,
    OpenStdin: true,
    HostConfig: { NetworkMode: "none" },
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
  const send = (command: string) => void stream.write(`${command}\n`);
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
