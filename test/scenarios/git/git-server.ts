import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { GIT_ENV, runGit } from "./git-project.js";

export interface GitServer {
  /** `http://127.0.0.1:port` */
  readonly url: string;
  /** What came as `Authorization`, for each request; empty where nothing did. */
  readonly authorizations: string[];
  /** Command lines of this machine, as they were while it answered. */
  readonly commandLines: Set<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves the repositories of a folder with git's own program for that.
 * @param password what is demanded; undefined: nothing
 * @param redirect where requests are sent instead
 */
export async function startGitServer(
  root: string,
  { password, redirect }: { readonly password?: string; readonly redirect?: string } = {},
): Promise<GitServer> {
  const authorizations: string[] = [];
  const commandLines = new Set<string>();
  const backend = `${runGit(root, ["--exec-path"])}/git-http-backend`;
  const server = createServer((request, response) => {
    const { authorization = "" } = request.headers;
    authorizations.push(authorization);
    for (const line of readCommandLines()) commandLines.add(line);
    const [, given = ""] = Buffer.from(authorization.slice("Basic ".length), "base64").toString().split(":");
    if (redirect !== undefined) response.writeHead(302, { location: redirect + request.url }).end();
    else if (password !== undefined && given !== password)
      response.writeHead(401, { "www-authenticate": "Basic realm=git" }).end();
    else answer(backend, root, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    ...{ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, authorizations, commandLines },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** As a web server runs a CGI program. */
function answer(backend: string, root: string, request: IncomingMessage, response: ServerResponse): void {
  const { pathname, search } = new URL(request.url ?? "/", "http://git");
  const {
    "content-type": type = "",
    "content-encoding": encoding = "",
    "git-protocol": protocol = "",
  } = request.headers as Record<string, string>;
  const child = spawn(backend, {
    env: {
      ...{ PATH: process.env.PATH, ...GIT_ENV, GIT_PROJECT_ROOT: root, GIT_HTTP_EXPORT_ALL: "1" },
      ...{ PATH_INFO: pathname, QUERY_STRING: search.slice(1), REQUEST_METHOD: request.method ?? "GET" },
      ...{ CONTENT_TYPE: type, HTTP_CONTENT_ENCODING: encoding, GIT_PROTOCOL: protocol },
    },
    stdio: ["pipe", "pipe", "ignore"],
  });
  request.pipe(child.stdin);
  child.stdin.on("error", () => undefined);
  const parts: Buffer[] = [];
  child.stdout.on("data", (part: Buffer) => parts.push(part));
  child.on("close", () => {
    const whole = Buffer.concat(parts);
    const end = whole.indexOf("\r\n\r\n");
    const lines = whole.subarray(0, end).toString().split("\r\n");
    const headers = lines.map((line) => [
      line.slice(0, line.indexOf(":")),
      line.slice(line.indexOf(":") + 1).trim(),
    ]);
    const { Status: status = "200", ...rest } = Object.fromEntries(headers) as Record<string, string>;
    response.writeHead(Number.parseInt(status, 10), rest).end(whole.subarray(end + 4));
  });
}

function readCommandLines(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        return [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")];
      } catch {
        return [];
      }
    });
}
