import { displayWidth } from "../text/text-width.js";

const ESC = "\x1b[";
const HIDE_CURSOR = `${ESC}?25l`;
const SHOW_CURSOR = `${ESC}?25h`;
const ERASE_LINE_ABOVE = `${ESC}1A${ESC}2K`;
/** The terminal itself writes `^C` there, which would leave the cursor in another column. */
const ERASE_CURSOR_LINE = `\r${ESC}2K`;

/** The bottom of a terminal that is drawn again and again, below lines that stay. */
export interface LiveRegion {
  /**
   * Writes the permanent lines where the live ones began, then the live ones below, in one write.
   * @param live lines no wider than `columns`
   */
  draw(permanent: readonly string[], live: readonly string[], columns: number): void;
  /** Gives the cursor back. */
  close(): void;
}

/** Between two draws the cursor stands in the first column below the last live line. */
export function createLiveRegion(write: (text: string) => void): LiveRegion {
  let drawnWidths: readonly number[] = [];
  let isCursorHidden = false;

  return {
    draw(permanent, live, columns) {
      const up = drawnWidths.reduce((rows, width) => rows + rowsOf(width, columns), 0);
      // Line by line: a screen that is cleared as a whole goes to the scrollback of some terminals, frame by frame.
      const start = up === 0 ? "" : ERASE_CURSOR_LINE + ERASE_LINE_ABOVE.repeat(up);
      const hide = live.length > 0 && !isCursorHidden ? HIDE_CURSOR : "";
      const text = hide + start + [...permanent, ...live].map((line) => `${line}\n`).join("");
      if (text !== "") write(text);
      isCursorHidden ||= hide !== "";
      drawnWidths = live.map(displayWidth);
    },
    close() {
      if (isCursorHidden) write(SHOW_CURSOR);
      isCursorHidden = false;
    },
  };
}

/** A terminal that became narrower has wrapped what was drawn before. */
function rowsOf(width: number, columns: number): number {
  return Math.max(1, Math.ceil(width / Math.max(1, columns)));
}
