import { Agent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import type { Duplex } from "node:stream";
import type { Endpoint, Transport } from "./endpoint.js";
import { dialSsh } from "./ssh-dial.js";

/** What node's HTTP client and dockerode need to speak to one daemon. */
export interface Connection {
  readonly endpoint: Endpoint;
  /** Keeps connections alive between calls; its requests may run side by side. */
  readonly agent: Agent;
  readonly protocol: "http:" | "https:";
  /** For node's `request`: where to connect. */
  readonly target: { readonly socketPath: string } | { readonly host: string; readonly port: number };
  close(): void;
}

const MAX_SOCKETS = 32;
const POOL = {
  keepAlive: true,
  maxSockets: MAX_SOCKETS,
  maxFreeSockets: MAX_SOCKETS,
  scheduling: "lifo",
} as const;

/** Opens nothing yet: connections are made by the first call. */
export function createConnection(endpoint: Endpoint): Connection {
  const { transport } = endpoint;
  const agent = createAgent(transport);
  const target =
    transport.kind === "unix"
      ? { socketPath: transport.socketPath }
      : { host: transport.host, port: transport.kind === "ssh" ? 80 : transport.port };
  const protocol = transport.kind === "tls" ? "https:" : "http:";
  return { endpoint, agent, protocol, target, close: () => agent.destroy() };
}

function createAgent(transport: Transport): Agent {
  if (transport.kind === "tls") {
    const { ca, cert, key, rejectUnauthorized } = transport.tls;
    return new HttpsAgent({ ...POOL, ca, cert, key, rejectUnauthorized });
  }
  return transport.kind === "ssh" ? new SshAgent(transport) : new Agent(POOL);
}

/** Every connection is one run of the system's ssh, which brings the user's own config, keys and known hosts. */
class SshAgent extends Agent {
  readonly #transport: Transport & { kind: "ssh" };

  constructor(transport: Transport & { kind: "ssh" }) {
    super({ ...POOL, maxSockets: 4, maxFreeSockets: 4 });
    this.#transport = transport;
  }

  override createConnection(): Duplex {
    return dialSsh(this.#transport);
  }
}
