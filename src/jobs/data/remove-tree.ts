import { rm } from "node:fs/promises";

/** Takes away whatever is there; links are not followed. Never throws: what stays is taken by the next `open`. */
export async function removeTree(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 2 }).catch(() => undefined);
}
