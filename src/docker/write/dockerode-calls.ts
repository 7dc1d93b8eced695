import type Dockerode from "dockerode";
import type { Host } from "../connection/connect.js";
import { withDeadline } from "../connection/deadline.js";
import { mapDockerode, type Subject } from "../connection/map-error.js";
import { uninspected } from "../connection/uninspected.js";
import { tellBrokenAnswers } from "./tell-broken-answers.js";

/** One way to call dockerode: loaded when first needed, with a deadline, its errors mapped. */
export interface DockerodeCalls {
  /** @param what what is tried, as the message of an error starts. */
  call<T>(
    what: string,
    run: (docker: Dockerode, signal: AbortSignal) => Promise<T>,
    options?: CallOptions,
  ): Promise<T>;
  readonly url: string;
}

export interface CallOptions {
  readonly deadlineMs?: number;
  readonly cancel?: AbortSignal | undefined;
  /** Statuses that mean the wish was already true: 304 for a start, 404 for a removal. */
  readonly fine?: readonly number[];
  /** Whose refusal an error is; default the host's. */
  readonly about?: Subject;
}

const DEADLINE_MS = 60_000;

export function createDockerodeCalls(host: Host): DockerodeCalls {
  const url = host.connection.endpoint.url;
  let loading: Promise<Dockerode> | undefined;
  return {
    url,
    async call(what, run, { deadlineMs = DEADLINE_MS, cancel, fine = [], about } = {}) {
      loading ??= loadDockerode(host);
      const docker = await loading;
      try {
        return await withDeadline(what, deadlineMs, (signal) => run(docker, signal), cancel);
      } catch (error) {
        const { statusCode } = error as { statusCode?: number };
        if (statusCode !== undefined && fine.includes(statusCode)) return undefined as never;
        throw mapDockerode(what, error, url, about);
      }
    },
  };
}

/**
 * dockerode takes a quarter of a second to load (it brings BuildKit's gRPC along), so only the commands that
 * change something pay for it.
 */
async function loadDockerode({ connection, apiVersion }: Host): Promise<Dockerode> {
  keepFromDebugging();
  const { default: Docker } = await import("dockerode");
  const { target } = connection;
  const agent = tellBrokenAnswers(connection.agent);
  const protocol = connection.protocol === "https:" ? "https" : "http";
  const options = { ...target, protocol, agent, version: `v${apiVersion}`, headers: { ...uninspected } };
  // The types leave `agent` out, which docker-modem hands to node's HTTP client.
  return withoutDockerHost(() => new Docker(options as Dockerode.DockerOptions));
}

/** docker-modem prints whole requests and answers when DEBUG asks for it, secrets and all. */
function keepFromDebugging(): void {
  if (process.env.DEBUG) process.env.DEBUG += ",-modem";
}

/**
 * docker-modem takes from DOCKER_HOST and its like whatever its options leave out (a socket, certificates, a
 * time-out) and throws when it cannot understand them. The endpoint is chosen already.
 */
function withoutDockerHost<T>(create: () => T): T {
  const { DOCKER_HOST } = process.env;
  delete process.env.DOCKER_HOST;
  try {
    return create();
  } finally {
    if (DOCKER_HOST !== undefined) process.env.DOCKER_HOST = DOCKER_HOST;
  }
}
