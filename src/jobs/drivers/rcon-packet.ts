/** A packet of the Source RCON protocol (developer.valvesoftware.com/wiki/Source_RCON_Protocol). */
export interface RconPacket {
  /** A reply has that of its request. */
  readonly id: number;
  readonly type: number;
  readonly body: Buffer;
}

export const RCON_TYPE = {
  /** From the server. */
  reply: 0,
  /** The answer to a password has the same number. */
  command: 2,
  loginAnswer: 2,
  login: 3,
} as const;

/** Size, ID and type, each of four bytes, little-endian; the size counts itself not. */
const HEAD = 12;
const SIZE_FIELD = 4;
/** The body ends with one zero, the packet with another. */
const END = 2;
const SMALLEST = HEAD - SIZE_FIELD + END;
/** Servers cut replies at 4096 bytes and count in different ways; some do not cut at all. What is larger is no packet. */
const LARGEST = 1024 * 1024;
/** Longest text of a packet that every server takes, in bytes of UTF-8: 4096 with what is around it. */
export const LONGEST_COMMAND = 4096 - SMALLEST;

export function packRcon({ id, type, body }: RconPacket): Buffer {
  const packet = Buffer.alloc(HEAD + body.length + END);
  packet.writeInt32LE(packet.length - SIZE_FIELD, 0);
  packet.writeInt32LE(id, 4);
  packet.writeInt32LE(type, 8);
  body.copy(packet, HEAD);
  return packet;
}

/**
 * Takes packets out of a stream, which cuts them wherever it likes.
 * @returns takes the next chunk. @throws Error when it is no stream of packets
 */
export function createRconReader(onPacket: (packet: RconPacket) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let held = 0;
  let wanted: number = SIZE_FIELD;
  return (chunk) => {
    chunks.push(chunk);
    held += chunk.length;
    // Joined once a packet is whole: a chunk may be a single byte.
    if (held < wanted) return;
    let bytes = Buffer.concat(chunks);
    for (;;) {
      wanted = bytes.length < SIZE_FIELD ? SIZE_FIELD : SIZE_FIELD + readSize(bytes);
      if (bytes.length < wanted) break;
      if (wanted === SIZE_FIELD) break;
      const body = bytes.subarray(HEAD, wanted - END);
      const packet = { id: bytes.readInt32LE(4), type: bytes.readInt32LE(8), body };
      bytes = bytes.subarray(wanted);
      onPacket(packet);
    }
    chunks = bytes.length === 0 ? [] : [bytes];
    held = bytes.length;
  };
}

function readSize(bytes: Buffer): number {
  const size = bytes.readInt32LE(0);
  if (size < SMALLEST || size > LARGEST) throw new Error(`a packet of ${size} bytes is none of RCON's`);
  return size;
}
