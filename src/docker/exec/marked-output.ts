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
 */
export function createMarkedOutput(mark: string, maxBytes: number): MarkedOutput {
  const kept: Buffer[] = [];
  let keptBytes = 0;
  let cutBytes = 0;
  let open: Buffer = Buffer.alloc(0);

  function keep(bytes: Buffer): void {
    const fitting = bytes.subarray(0, maxBytes - keptBytes);
    if (fitting.length > 0) kept.push(fitting);
    keptBytes += fitting.length;
    cutBytes += bytes.length - fitting.length;
  }

  return {
    push(chunk) {
      const bytes = open.length === 0 ? chunk : Buffer.concat([open, chunk]);
      const at = bytes.indexOf(mark, 0, "latin1");
      const end = at + mark.length;
      if (at === -1 || bytes.length < end + CODE_DIGITS) {
        // What may be the beginning of the mark is looked at again.
        const sure = at === -1 ? Math.max(0, bytes.length - mark.length + 1) : at;
        keep(bytes.subarray(0, sure));
        open = bytes.subarray(sure);
        return undefined;
      }
      keep(bytes.subarray(0, at));
      const text = Buffer.concat(kept).toString("utf8");
      const code = Number(bytes.toString("latin1", end, end + CODE_DIGITS));
      const rest = bytes.subarray(end + CODE_DIGITS);
      return { text: cutBytes === 0 ? text : `${text}\n[${cutBytes} bytes more]`, code, rest };
    },
  };
}
