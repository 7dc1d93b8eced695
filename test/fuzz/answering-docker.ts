import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Endpoint } from "../../src/docker/connection/endpoint.js";

/** A socket that speaks HTTP as a Docker daemon does, and says what it is told to say. */
export interface AnsweringDocker {
  readonly endpoint: Endpoint;
  /** From now on. @param path without the API's version and the query */
  answerWith(answer: (path: string, reply: ServerResponse) => void): void;
  close(): Promise<void>;
}

export async function startAnsweringDocker(): Promise<AnsweringDocker> {
  const folder = mkdtempSync(join(tmpdir(), "warm-fuzz-"));
  const socketPath = join(folder, "docker.sock");
  let answer: (path: string, reply: ServerResponse) => void = (_path, reply) => void reply.end();
  const server = createServer((request, reply) => {
    const path = (request.url ?? "").replace(/^\/v1\.\d+/, "").replace(/\?.*$/s, "");
    answer(decodeURIComponent(path), reply);
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    endpoint: { transport: { kind: "unix", socketPath }, url: `unix://${socketPath}`, source: "a test" },
    answerWith: (next) => {
      answer = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
