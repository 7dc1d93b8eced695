import { StringDecoder } from "node:string_decoder";

/** What one command wrote to one stream. */
export interface Output {
  readonly text: string;
  /** The three digits behind the mark. */
  readonly code: number;
  /** What came behind it: the next command's. */
  readonly rest: Buffer;
}

const CODE_DIGITS = 3;

/** Output up to a mark that nobody can guess, and a code of three digits behind it. */
export interface MarkedOutput {
  /** @returns the output once its mark has come */
  push(chunk: Buffer): Output | undefined;
}

/**
 * Collects no more than so many bytes; of what is longer the text says how much is missing.
 * @param mark ASCII
 * @param onText told all that is output and nothing of the mark, as it comes
 * @param onBytes the same, before it is text
 */
export function createMarkedOutput(
  mark: string,
  maxBytes: number,
  onText?: (text: string) => void,
  onBytes?: (bytes: Buffer) => void,
): MarkedOutput {
  const decoder = onText && new StringDecoder("utf8");
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let cutBytes = 0;
  let open: Buffer = Buffer.alloc(0);

  function keep(bytes: Buffer): void {
    if (bytes.length > 0) {
      tell(decoder?.write(bytes));
      onBytes?.(bytes);
    }
    const fitting = bytes.subarray(0, maxBytes - keptBytes);
    if (fitting.length > 0) kept.push(fitting);
    keptBytes += fitting.length;
    cutBytes += bytes.length - fitting.length;
  }

  function tell(text = ""): void {
    if (text !== "") onText?.(text);
  }

  return {
    push(chunk) {
      const bytes = open.length === 0 ? chunk : Buffer.concat([open, chunk]);
      const at = bytes.indexOf(mark, 0, "latin1");
      const end = at + mark.length;
      if (at === -1 || bytes.length < end + CODE_DIGITS) {
        // What may be the beginning of the mark is looked at again.
        const sure = at === -1 ? startOfMark(bytes, mark) : at;
        keep(bytes.subarray(0, sure));
        open = bytes.subarray(sure);
        return undefined;
      }
      keep(bytes.subarray(0, at));
      tell(decoder?.end());
      const text = Buffer.concat(kept).toString("utf8");
      const code = Number(bytes.toString("latin1", end, end + CODE_DIGITS));
      const rest = bytes.subarray(end + CODE_DIGITS);
      return { text: cutBytes === 0 ? text : `${text}\n[${cutBytes} bytes more]`, code, rest };
    },
  };
}

/** Where a mark may begin whose end has not come yet; the length when nowhere. */
function startOfMark(bytes: Buffer, mark: string): number {
  for (let at = Math.max(0, bytes.length - mark.length + 1); at < bytes.length; at += 1) {
    if (mark.startsWith(bytes.toString("latin1", at))) return at;
  }
  return bytes.length;
}
