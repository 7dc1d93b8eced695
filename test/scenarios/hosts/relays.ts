import { once } from "node:events";
import { readFileSync } from "node:fs";
import {
  type AddressInfo,
  connect,
  createServer as createTcpServer,
  type Server,
  type Socket,
} from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import type { Certificates } from "../../rig/certificates.js";

/** A way to a Docker socket by a port on loopback. */
export interface Relay {
  readonly port: number;
  /** Connections that were accepted so far. */
  connections(): number;
  close(): Promise<void>;
}

export function startTcpRelay(socketPath: string): Promise<Relay> {
  return listen((join) => createTcpServer(join), socketPath);
}

/** As dockerd with `--tlsverify`: who has no certificate of the authority is turned away. */
export function startTlsRelay(socketPath: string, { ca, server }: Certificates): Promise<Relay> {
  const read = (folder: string, name: string) => readFileSync(join(folder, name));
  const material = { ca: read(ca, "ca.pem"), cert: read(server, "cert.pem"), key: read(server, "key.pem") };
  const options = { ...material, requestCert: true, rejectUnauthorized: true };
  return listen((join) => createTlsServer(options, join), socketPath);
}

async function listen(
  create: (join: (client: Socket) => void) => Server,
  socketPath: string,
): Promise<Relay> {
  let count = 0;
  const sockets = new Set<Socket>();
  const server = create((client) => {
    count += 1;
    const upstream = connect(socketPath);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
    }
    client.pipe(upstream).pipe(client);
    client.on("close", () => upstream.destroy());
    upstream.on("close", () => client.destroy());
  });
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => count,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
