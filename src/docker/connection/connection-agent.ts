import { Agent, type AgentOptions } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import type { Endpoint, Transport } from "./endpoint.js";
import { dialSsh } from "./ssh-dial.js";

/** What node's HTTP client and dockerode need to speak to one daemon. */
export interface Connection {
  readonly endpoint: Endpoint;
  /** Keeps connections alive between calls; its requests may run side by side. */
  readonly agent: Agent;
  /** For answers without an end: each has a connection of its own, and takes none of those that calls wait for. */
  readonly streamAgent: Agent;
  readonly protocol: "http:" | "https:";
  /** For node's `request`: where to connect. */
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  close(): void;
}

const MAX_SOCKETS = 32;
/** Each of them is a process. */
const MAX_SSH = 4;
const POOL: AgentOptions = {
  keepAlive: true,
  maxSockets: MAX_SOCKETS,
  maxFreeSockets: MAX_SOCKETS,
  scheduling: "lifo",
};
const NO_POOL: AgentOptions = { keepAlive: false };

/** Opens nothing yet: connections are made by the first call. */
export function createConnection(endpoint: Endpoint): Connection {
  const { transport } = endpoint;
  const agent = createAgent(transport, POOL);
  const streamAgent = createAgent(transport, NO_POOL);
  const target =
    transport.kind === "unix"
      ? { socketPath: transport.socketPath }
      : { host: transport.host, port: transport.kind === "ssh" ? 80 : transport.port };
  const protocol = transport.kind === "tls" ? "https:" : "http:";
  const close = () => {
    agent.destroy();
    streamAgent.destroy();
  };
  return { endpoint, agent, streamAgent, protocol, target, close };
}

function createAgent(transport: Transport, options: AgentOptions): Agent {
  if (transport.kind === "tls") {
    const { ca, cert, key, rejectUnauthorized } = transport.tls;
    return new HttpsAgent({ ...options, ca, cert, key, rejectUnauthorized });
  }
  return transport.kind === "ssh" ? new SshAgent(transport, options) : new Agent(options);
}

/** Every connection is one run of the system's ssh, which brings the user's own config, keys and known hosts. */
class SshAgent extends Agent {
  readonly #transport: Transport & { kind: "ssh" };

  constructor(transport: Transport & { kind: "ssh" }, options: AgentOptions) {
    super(options.keepAlive ? { ...options, maxSockets: MAX_SSH, maxFreeSockets: MAX_SSH } : options);
    this.#transport = transport;
  }

  override createConnection(): Duplex {
    return dialSsh(this.#transport);
  }
}
