/** A piece of a comment that may be left out, with what is said in its place. */
export interface Droppable {
  /** Lines; those at the end go first. */
  readonly lines: readonly string[];
  /** Before and after the lines, when any is left. */
  readonly frame?: readonly [string, string];
  /** Said of so many lines that are missing. */
  readonly sayMissing: (count: number) => string;
}

const bytesOf = (text: string) => Buffer.byteLength(text);
/** Room for a sentence on what is missing. */
const SENTENCE_BYTES = 200;

/** A piece as far as it fits. */
export interface Fitted {
  /** Empty for a piece without lines. */
  readonly text: string;
  /** Lines that had no room. */
  readonly missing: number;
}

/**
 * Fills the room with pieces in their order: each gets as many of its lines as fit into what the ones before it have left.
 * @param room in bytes of UTF-8
 * @returns each piece within its share
 */
export function fitPieces(pieces: readonly Droppable[], room: number): Fitted[] {
  let left = room;
  return pieces.map(({ lines, frame = ["", ""], sayMissing }) => {
    if (lines.length === 0) return { text: "", missing: 0 };
    const own = bytesOf(frame.join("")) + SENTENCE_BYTES;
    let taken = 0;
    let used = own;
    while (taken < lines.length) {
      const next = bytesOf(lines[taken] ?? "") + 1;
      if (used + next > left) break;
      used += next;
      taken += 1;
    }
    const missing = lines.length - taken;
    const body = taken === 0 ? "" : `${frame[0]}${lines.slice(0, taken).join("\n")}${frame[1]}`;
    const text = [body, ...(missing > 0 ? [sayMissing(missing)] : [])]
      .filter((part) => part !== "")
      .join("\n");
    left -= bytesOf(text) + 2;
    return { text, missing };
  });
}
