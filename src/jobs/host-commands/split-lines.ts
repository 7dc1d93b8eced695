import { StringDecoder } from "node:string_decoder";

const LONGEST_LINE = 4096;

/**
 * Makes lines of what comes in pieces. A longer line than 4096 characters is told as several: no more than one is kept.
 * @returns push for a piece, end for what has no line end behind it
 */
export function splitLines(onLine: (line: string) => void): { push(bytes: Buffer): void; end(): void } {
  const decoder = new StringDecoder("utf8");
  let rest = "";
  const take = (text: string) => {
    const lines = (rest + text).split(/\r?\n/);
    rest = lines.pop() as string;
    for (const line of lines) tellLine(line, onLine);
    while (rest.length > LONGEST_LINE) {
      onLine(rest.slice(0, LONGEST_LINE));
      rest = rest.slice(LONGEST_LINE);
    }
  };
  return {
    push: (bytes) => take(decoder.write(bytes)),
    end() {
      take(decoder.end());
      if (rest !== "") onLine(rest);
      rest = "";
    },
  };
}

function tellLine(line: string, onLine: (line: string) => void): void {
  for (let from = 0; from === 0 || from < line.length; from += LONGEST_LINE) {
    onLine(line.slice(from, from + LONGEST_LINE));
  }
}
