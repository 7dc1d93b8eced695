import { createServer, type Server, type Socket } from "node:net";
import { createRconReader, packRcon } from "../../../src/jobs/drivers/rcon-packet.js";

export interface RconBehaviour {
  readonly password?: string;
  /** The parts of a reply, a packet each. None: no packet at all. */
  readonly reply?: (command: string) => readonly string[];
  /** How what it sends is cut up. Default: not at all. */
  readonly cut?: (bytes: Buffer) => readonly Buffer[];
  /** Instead of an answer to the password. */
  readonly greeting?: Buffer;
  /** Like those that send an empty reply before the answer to a password. */
  readonly isSource?: boolean;
}

export interface RconServer extends AsyncDisposable {
  readonly port: number;
  /** Commands that came, the empty ones too. */
  readonly commands: readonly string[];
  /** Has all connections broken. */
  drop(): void;
}

/** A server that speaks Source RCON, on loopback. */
export async function startRconServer(behaviour: RconBehaviour = {}): Promise<RconServer> {
  const commands: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    serve(socket, behaviour, commands);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const drop = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as { port: number }).port,
    commands,
    drop,
    async [Symbol.asyncDispose]() {
      drop();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, behaviour: RconBehaviour, commands: string[]): void {
  const { password = "secret", reply = (command) => [`did ${command}`], greeting } = behaviour;
  const cut = behaviour.cut ?? ((bytes: Buffer) => [bytes]);
  let sending = Promise.resolve();
  /** Each part on its own, so that they do not arrive as one. */
  const send = (bytes: Buffer) => {
    for (const part of cut(bytes))
      sending = sending.then(() => new Promise((resolve) => socket.write(part, () => setImmediate(resolve))));
  };
  const tell = (id: number, type: number, body: string) =>
    send(packRcon({ id, type, body: Buffer.from(body) }));
  const read = createRconReader(({ id, type, body }) => {
    const text = body.toString("utf8");
    if (type === 3) {
      if (greeting !== undefined) return send(greeting);
      if (behaviour.isSource) tell(id, 0, "");
      return tell(text === password ? id : -1, 2, "");
    }
    commands.push(text);
    const parts = text === "" ? ["Unknown command"] : reply(text);
    for (const part of parts) tell(id, 0, part);
  });
  socket.on("data", read);
}
