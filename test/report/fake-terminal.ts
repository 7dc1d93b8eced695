/** A screen that understands just what live progress writes; anything else is an error. */
export interface FakeTerminal {
  write(text: string): void;
  /** Every line that was ever on the screen, scrolled-off ones first, without trailing spaces. */
  lines(): string[];
  /** How many times `write` was called. */
  writes(): number;
  isCursorVisible(): boolean;
  resize(columns: number): void;
}

const ESC = String.fromCharCode(27);
const TOKEN = new RegExp(`${ESC}\\[(\\?25[lh]|\\d*[AKm]|\\d+;\\d+m)|[^]`, "gu");

export function createFakeTerminal(size: { columns: number; rows: number }): FakeTerminal {
  let { columns } = size;
  let screen: string[] = [""];
  let [row, column, writes] = [0, 0, 0];
  let isCursorVisible = true;
  const top = () => Math.max(0, screen.length - size.rows);

  const lineFeed = () => {
    row += 1;
    column = 0;
    screen[row] ??= "";
  };
  const put = (character: string) => {
    if (column >= columns) lineFeed();
    const line = (screen[row] ?? "").padEnd(column);
    screen[row] = line.slice(0, column) + character + line.slice(column + 1);
    column += 1;
  };
  const control = (code: string) => {
    if (code === "?25l" || code === "?25h") isCursorVisible = code === "?25h";
    else if (code.endsWith("A")) row = Math.max(top(), row - Number(code.slice(0, -1)));
    else if (code === "2K") screen[row] = "";
  };

  return {
    write(text) {
      writes += 1;
      for (const [token, code] of text.matchAll(TOKEN)) {
        if (code !== undefined) control(code);
        else if (token === "\n") lineFeed();
        else if (token === "\r") column = 0;
        else if (token < " ") throw new Error(`unexpected control character ${JSON.stringify(token)}`);
        else put(token);
      }
    },
    lines: () => {
      const last = screen.findLastIndex((line) => line.trim() !== "");
      return screen.slice(0, Math.max(row, last) + 1).map((line) => line.trimEnd());
    },
    writes: () => writes,
    isCursorVisible: () => isCursorVisible,
    /** Wraps long lines as terminals do; the cursor is expected at the end, below what was written. */
    resize(next) {
      columns = next;
      screen = screen.flatMap((line) => line.match(new RegExp(`.{1,${next}}`, "gu")) ?? [""]);
      row = screen.length - 1;
    },
  };
}
