import { formatImageRef, type ImageRef, parseImageRef } from "../model/image-ref.js";
import { addressOf } from "../model/names.js";
import type { Address } from "../model/resource.js";
import type { Positions } from "./file/positions.js";

export type Lines = Readonly<Record<string, number>>;

/** The lines of those fields that the file says, by field path; `pointers` says where each stands. */
export function linesOf(positions: Positions, pointers: Readonly<Record<string, string>>): Lines {
  const lines = Object.entries(pointers).flatMap(([path, pointer]): [string, number][] => {
    const place = positions.get(pointer);
    return place === undefined ? [] : [[path, place.key.line]];
  });
  return Object.fromEntries(lines);
}

/** The address of an image that a file names; the rules have seen to it that the reference is one. */
export function imageAddress(text: string): Address {
  return addressOf("image", formatImageRef(validRef(text)));
}

/** A reference that the rules have seen. */
export function validRef(text: string): ImageRef {
  const ref = parseImageRef(text);
  if ("problem" in ref) throw new Error(`the image reference ${text} ${ref.problem}: no rule refused it`);
  return ref;
}
