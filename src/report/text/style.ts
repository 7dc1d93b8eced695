/** Paints text for a terminal; every function gives its text back unchanged when colour is off. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

/** Colour repeats what symbols and words already say: a text must read the same with `color: false`. */
export function makeStyle({ color }: { readonly color: boolean }): Style {
  const paint = (open: number, close: number) => (text: string) =>
    color && text !== "" ? `\x1b[${open}m${text}\x1b[${close}m` : text;
  return {
    bold: paint(1, 22),
    dim: paint(2, 22),
    red: paint(31, 39),
    green: paint(32, 39),
    yellow: paint(33, 39),
    cyan: paint(36, 39),
  };
}
