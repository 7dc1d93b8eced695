import { connect, type Socket } from "node:net";
import { StringDecoder } from "node:string_decoder";
import { WarmError } from "../../errors.js";
import { isSecret, type Secret } from "../../model/secret.js";
import { createRconReader, packRcon, RCON_TYPE, type RconPacket } from "./rcon-packet.js";

export interface RconTarget {
  readonly address: string;
  readonly port: number;
  readonly password: string | Secret;
  /** From the connection to the answer to the password. */
  readonly loginMs: number;
  readonly cancel: AbortSignal;
}

/** A server that has taken the password. One command at a time. */
export interface RconClient {
  /**
   * Sends a command. Resolves once it is on its way.
   * @param onText told the reply as it comes, whole characters
   * @returns resolves with the end of the reply; rejects with `engine-failed` when the connection breaks before
   */
  send(command: string, onText: (text: string) => void): Promise<{ readonly replied: Promise<void> }>;
  /** Fine at any time. */
  close(): void;
}

const LOGIN_ID = 1;
const COMMAND_ID = 2;
const END_ID = 3;
/** What a server sends in place of the ID when it does not take a password. */
const REFUSED_ID = -1;
/**
 * A server may leave out the reply to a command that has nothing to say; the end is asked for then. Not at once: some
 * servers take two packets that arrive together for a broken one.
 */
const SILENCE_MS = 1000;
const NOTHING = Buffer.alloc(0);

/**
 * Connects and logs in. No message of an error holds the password.
 * @throws WarmError `rejected` when the password is refused, `engine-failed` for all else, `interrupted`
 */
export async function openRcon(target: RconTarget): Promise<RconClient> {
  const { address, port, password, loginMs, cancel } = target;
  const socket = connect({ host: address, port, noDelay: true, signal: cancel });
  const line = createLine(socket, port, cancel);
  const timer = setTimeout(() => line.fail(new Error("no answer to the password in time")), loginMs);
  try {
    await Promise.race([new Promise((resolve) => socket.once("connect", resolve)), line.lost]);
    const answer = line.next(({ type }) => type === RCON_TYPE.loginAnswer);
    const secret = isSecret(password) ? password.reveal() : password;
    socket.write(packRcon({ id: LOGIN_ID, type: RCON_TYPE.login, body: Buffer.from(secret) }));
    const { id } = await Promise.race([answer, line.lost]);
    if (id === REFUSED_ID)
      throw new WarmError("rejected", `the engine's RCON on port ${port} refuses the password`, {
        hint: "give the job the password that the engine was started with",
      });
    if (id !== LOGIN_ID)
      throw new WarmError("engine-failed", `RCON on port ${port}: an answer to nobody's password`);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
  return {
    send: (command, onText) => sendCommand(socket, line, command, onText),
    close: () => socket.destroy(),
  };
}

async function sendCommand(
  socket: Socket,
  line: RconLine,
  command: string,
  onText: (text: string) => void,
): Promise<{ readonly replied: Promise<void> }> {
  const decoder = new StringDecoder("utf8");
  let hasAskedForEnd = false;
  const askForEnd = () => {
    if (hasAskedForEnd) return;
    hasAskedForEnd = true;
    // A reply of several packets does not say which is its last: the reply to an empty command behind it does.
    socket.write(packRcon({ id: END_ID, type: RCON_TYPE.command, body: NOTHING }));
  };
  const timer = setTimeout(askForEnd, SILENCE_MS);
  const end = line.next(({ id, body }) => {
    if (id === END_ID) return true;
    if (id !== COMMAND_ID) return false;
    onText(decoder.write(body));
    askForEnd();
    return false;
  });
  const replied = Promise.race([end, line.lost])
    .then(() => onText(decoder.end()))
    .finally(() => clearTimeout(timer));
  replied.catch(() => undefined);
  const packet = packRcon({ id: COMMAND_ID, type: RCON_TYPE.command, body: Buffer.from(command) });
  const sent = new Promise<void>((resolve) => socket.write(packet, () => resolve()));
  await Promise.race([sent, line.lost]);
  return { replied };
}

/** The packets of a connection, and its end. */
interface RconLine {
  /** Resolves with the first packet that is the one; asked of each that comes from now on. */
  next(isIt: (packet: RconPacket) => boolean): Promise<RconPacket>;
  readonly lost: Promise<never>;
  fail(cause: Error): void;
}

function createLine(socket: Socket, port: number, cancel: AbortSignal): RconLine {
  let take: (packet: RconPacket) => void = () => undefined;
  let fail: (cause: Error) => void = () => undefined;
  const lost = new Promise<never>((_resolve, reject) => {
    fail = (cause) => {
      socket.destroy();
      const { code, message } = cause as NodeJS.ErrnoException;
      const why = code === "ECONNREFUSED" ? "nothing listens there" : message;
      if (cancel.aborted) reject(new WarmError("interrupted", "the job's try was given up"));
      else reject(new WarmError("engine-failed", `RCON on port ${port} of the engine: ${why}`));
    };
  });
  lost.catch(() => undefined);
  const read = createRconReader((packet) => take(packet));
  socket.on("data", (chunk) => {
    try {
      read(chunk);
    } catch (error) {
      fail(error as Error);
    }
  });
  socket.on("error", fail);
  socket.on("close", () => fail(new Error("the engine ended the connection")));
  return {
    lost,
    fail,
    next: (isIt) =>
      new Promise((resolve) => {
        take = (packet) => {
          if (isIt(packet)) resolve(packet);
        };
      }),
  };
}
