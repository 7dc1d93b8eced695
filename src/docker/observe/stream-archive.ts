import { WarmError } from "../../errors.js";
import type { HostReader } from "../connection/host-reader.js";

/** What every tar archive ends with: the daemon breaks off without a word when it cannot read a file any more. */
const ARCHIVE_END = 1024;

/**
 * A file or folder of a container as a tar archive, as it comes: never whole in memory. What is mounted from memory alone
 * is not in it.
 * @param path absolute; links on the way are followed within the container, what is a link itself is given as one
 * @throws WarmError `not-found` when nothing is at the path · `engine-failed` when the container is gone · (of the archive)
 * `docker-failed` when it breaks off, `interrupted` once `cancel` fires, others of the docker edge
 */
export async function streamArchive(
  reader: HostReader,
  containerId: string,
  path: string,
  cancel?: AbortSignal,
): Promise<AsyncIterable<Buffer>> {
  const what = `take ${path} out of a container`;
  const query = { path };
  const chunks = await reader
    .openStream(what, `/containers/${containerId}/archive`, { query, cancel })
    .catch((error: unknown) => {
      throw explain(error);
    });
  return untilEnd(chunks, what, cancel);
}

async function* untilEnd(
  chunks: AsyncIterable<Buffer>,
  what: string,
  cancel: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  let tail: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of chunks) {
      tail = chunk.length >= ARCHIVE_END ? chunk : Buffer.concat([tail, chunk]);
      tail = tail.subarray(Math.max(0, tail.length - ARCHIVE_END));
      yield chunk;
    }
  } catch (error) {
    throw cancel?.aborted ? new WarmError("interrupted", `${what}: interrupted`) : error;
  }
  if (cancel?.aborted) throw new WarmError("interrupted", `${what}: interrupted`);
  if (tail.length < ARCHIVE_END || tail.some((byte) => byte !== 0))
    throw new WarmError("docker-failed", `${what}: the archive breaks off`, {
      hint: "the Docker daemon's log may say more",
    });
}

/** What the daemon says of a path that leads through a file, it says of no other. */
function explain(error: unknown): unknown {
  if (!(error instanceof WarmError)) return error;
  const { code, message } = error;
  if (/not a directory/i.test(message)) return new WarmError("not-found", message, { cause: error });
  const isContainerGone = code === "not-found" && /no such container/i.test(message);
  return isContainerGone ? new WarmError("engine-failed", message, { cause: error }) : error;
}
