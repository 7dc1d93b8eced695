import { WarmError } from "../../errors.js";

/** Which of a container's output streams a frame belongs to. */
export type FrameStream = "stdout" | "stderr";

const HEAD = 8;
/** Docker cuts output into frames of at most 32 KiB; what says to be longer by far is no frame. */
const LONGEST_FRAME = 16 * 1024 * 1024;

/**
 * Takes apart what a container without a terminal writes, as it comes: one byte stream, three zero, four of length,
 * then the text. Frames and chunks need not begin together.
 * @param onFrame called with each part of a frame's content, `isEnd` with its last one
 * @returns takes the next chunk. @throws WarmError `host-protocol` when it is no stream of frames.
 */
export function createFrameReader(
  onFrame: (stream: FrameStream, content: Buffer, isEnd: boolean) => void,
): (chunk: Buffer) => void {
  let head: Buffer = Buffer.alloc(0);
  let stream: FrameStream = "stdout";
  let left = 0;

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (left === 0) {
        const taken = chunk.subarray(at, at + HEAD - head.length);
        head = head.length === 0 ? taken : Buffer.concat([head, taken]);
        at += taken.length;
        if (head.length < HEAD) return;
        ({ stream, length: left } = readHead(head));
        head = Buffer.alloc(0);
        continue;
      }
      const content = chunk.subarray(at, at + left);
      at += content.length;
      left -= content.length;
      onFrame(stream, content, left === 0);
    }
  };
}

function readHead(head: Buffer): { readonly stream: FrameStream; readonly length: number } {
  const kind = head[0] ?? 9;
  const length = head.readUInt32BE(4);
  if (kind > 2 || head.readUIntBE(1, 3) !== 0 || length > LONGEST_FRAME)
    throw new WarmError("host-protocol", "the Docker daemon sent output that is not in frames");
  return { stream: kind === 2 ? "stderr" : "stdout", length };
}
