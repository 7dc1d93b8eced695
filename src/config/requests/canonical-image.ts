import { formatImageRef, parseImageRef } from "../../model/image-ref.js";

/** One text for all ways to write an image reference; what is none stays as it is. */
export function canonicalImage(text: string): string {
  const ref = parseImageRef(text);
  return "problem" in ref ? text : formatImageRef(ref);
}
