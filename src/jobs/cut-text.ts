/**
 * The beginning of a text, as a text of its own: a slice would keep the whole of a long one in memory.
 * @param most UTF-16 code units
 */
export function cutText(text: string, most: number): string {
  return text.length <= most ? text : `${Buffer.from(text.slice(0, most)).toString()}…`;
}
