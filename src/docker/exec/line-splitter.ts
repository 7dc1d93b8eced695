/** Makes lines of text that comes in parts. */
export interface LineSplitter {
  push(text: string): void;
  /** Tells what no line end came for. */
  flush(): void;
}

/** Of a line that is longer the beginning is told: in UTF-16 code units. */
export const LONGEST_LINE = 256 * 1024;

/** @param onLine told each line without its end, `\n` or `\r\n` */
export function createLineSplitter(onLine: (line: string) => void): LineSplitter {
  let open = "";
  let isOpen = false;

  function take(part: string): void {
    isOpen = true;
    if (open.length < LONGEST_LINE) open += part.slice(0, LONGEST_LINE - open.length);
  }
  function end(): void {
    // A character of two units is not cut in half.
    const line = open.replace(/\r$|[\uD800-\uDBFF]$/, "");
    open = "";
    isOpen = false;
    onLine(line);
  }

  return {
    push(text) {
      let from = 0;
      for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", from)) {
        take(text.slice(from, at));
        end();
        from = at + 1;
      }
      if (from < text.length) take(text.slice(from));
    },
    flush() {
      if (isOpen) end();
    },
  };
}
