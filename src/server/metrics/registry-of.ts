import { parseImageRef } from "../../model/image-ref.js";

/** @returns the registry's host with its port, `docker.io` where the reference names none; `other` for what is none */
export function registryOf(reference: string): string {
  const ref = parseImageRef(reference);
  return "problem" in ref ? "other" : ref.domain;
}
