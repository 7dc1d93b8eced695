import { makeVisible } from "../text/make-visible.js";
import { cutMiddle } from "../text/text-width.js";
import type { GraphNode } from "./graph.js";

/** The lines of a box, each safe to print and no wider than `columns`: what it is, its name, what becomes of it. */
export function nodeLines(
  { caption, name, change }: GraphNode,
  columns: number,
): { readonly caption: string; readonly name: string; readonly change: string | undefined } {
  const cutTo = (text: string) => cutMiddle(makeVisible(text), columns);
  return {
    caption: cutTo(caption),
    name: cutTo(name),
    change: change?.text === undefined ? undefined : cutTo(change.text),
  };
}

/** All of it, as one line a part. */
export function wholeNode({ caption, name, change }: GraphNode): readonly string[] {
  return [`${caption} ${name}`, ...(change?.text === undefined ? [] : [change.text])].map(makeVisible);
}
