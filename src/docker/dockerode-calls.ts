import type { Agent } from "node:http";
import type Dockerode from "dockerode";
import type { Host } from "./connect.js";
import { withDeadline } from "./deadline.js";
import { mapDockerode } from "./map-error.js";

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
}

const DEADLINE_MS = 60_000;

export function createDockerodeCalls(host: Host): DockerodeCalls {
  const url = host.connection.endpoint.url;
  let loading: Promise<Dockerode> | undefined;
  return {
    url,
    async call(what, run, { deadlineMs = DEADLINE_MS, cancel, fine = [] } = {}) {
      loading ??= loadDockerode(host);
      const docker = await loading;
      try {
        return await withDeadline(what, deadlineMs, (signal) => run(docker, signal), cancel);
      } catch (error) {
        const { statusCode } = error as { statusCode?: number };
        if (statusCode !== undefined && fine.includes(statusCode)) return undefined as never;
        throw mapDockerode(what, error, url);
      }
    },
  };
}

/**
 * dockerode takes a quarter of a second to load (it brings BuildKit's gRPC along), so only the commands that
 * change something pay for it. Every option is given, or DOCKER_HOST would win over them.
 */
async function loadDockerode({ connection, apiVersion }: Host): Promise<Dockerode> {
  const { default: Docker } = await import("dockerode");
  // The types leave `agent` out, which docker-modem hands to node's HTTP client.
  const create = (options: Dockerode.DockerOptions & { agent: Agent }) => new Docker(options);
  const { target, agent } = connection;
  const version = `v${apiVersion}`;
  if ("socketPath" in target) {
    const none = undefined as unknown as string;
    return create({
      socketPath: target.socketPath,
      host: none,
      port: none,
      protocol: "http",
      agent,
      version,
    });
  }
  const protocol = connection.protocol === "https:" ? "https" : "http";
  return create({ host: target.host, port: target.port, protocol, agent, version });
}
