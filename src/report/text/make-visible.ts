/** C0, DEL and C1 controls, and the invisible characters that reorder or hide text in a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

const CONTROL_PICTURES = 0x2400;

/**
 * Text of a stranger for a terminal: one visible character for each that is not, so that columns stay.
 * A tab is `→`, ESC is `␛`, what has no picture is `�`.
 */
export function makeVisible(text: string): string {
  return text.replace(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (character === "\t") return "→";
    if (code < 0x20) return String.fromCharCode(CONTROL_PICTURES + code);
    return code === 0x7f ? "␡" : "\ufffd";
  });
}
