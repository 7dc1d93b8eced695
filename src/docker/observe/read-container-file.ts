import { Readable } from "node:stream";
import { extract } from "tar-stream";
import { WarmError } from "../../errors.js";
import type { HostReader } from "../connection/host-reader.js";
import { streamArchive } from "./stream-archive.js";

/**
 * The beginning of one file of a container, running or not.
 * @returns undefined when there is none, or something that is no regular file: a link is not followed
 * @throws WarmError of the docker edge, `engine-failed` when the container is gone
 */
export async function readContainerFile(
  reader: HostReader,
  containerId: string,
  path: string,
  maxBytes: number,
  cancel?: AbortSignal,
): Promise<Buffer | undefined> {
  const enough = new AbortController();
  const signal = cancel === undefined ? enough.signal : AbortSignal.any([cancel, enough.signal]);
  const archive = await streamArchive(reader, containerId, path, signal).catch((error: unknown) => {
    if (error instanceof WarmError && error.code === "not-found") return undefined;
    throw error;
  });
  if (archive === undefined) return undefined;
  const source = Readable.from(archive);
  const unpack = extract();
  source.on("error", (error) => unpack.destroy(error));
  source.pipe(unpack);
  try {
    for await (const entry of unpack) {
      if (entry.header.type !== "file") return undefined;
      return await readStart(entry, maxBytes);
    }
    return undefined;
  } finally {
    // The rest of it is not wanted.
    source.unpipe(unpack);
    unpack.destroy();
    enough.abort();
    source.destroy();
  }
}

async function readStart(content: AsyncIterable<unknown>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of content as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size >= maxBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, maxBytes);
}
