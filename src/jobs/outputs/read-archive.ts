import { Readable } from "node:stream";
import { type Extract, extract, type Header } from "tar-stream";
import { WarmError } from "../../errors.js";
import { type ArchiveTail, isWholeArchive, newTail, watchTail } from "./archive-tail.js";

export interface ArchiveEntry {
  readonly name: string;
  /** As tar-stream calls it; null for what it does not know. */
  readonly type: string | null;
  /** Of the content, bytes; as an extended header says where there is one. */
  readonly size: number;
  readonly mtime: Date;
  /** Records of extended headers. */
  readonly pax: Readonly<Record<string, string>>;
  /** To be read to its end before the next entry is asked for. */
  readonly content: AsyncIterable<Buffer>;
}

/** What its types leave out. */
type EntryHeader = Omit<Header, "type"> & {
  /** Where its content begins. */
  readonly byteOffset: number;
  readonly type: string | null;
  readonly pax: Record<string, string> | null;
};

const BLOCK = 512;

/**
 * The entries of a tar archive as they come in. Whoever leaves early ends the archive's stream too.
 * @param from for messages: the path in the engine
 * @throws WarmError `rejected` for what is no archive, or no whole one; what `archive` throws, as it is
 */
export async function* readArchive(
  archive: AsyncIterable<Buffer>,
  from: string,
): AsyncGenerator<ArchiveEntry, void, undefined> {
  const unpack = extract();
  const feed = feedArchive(archive, unpack);
  const explain = (error: unknown) =>
    feed.failure === undefined ? notWhole(from, error) : feed.failure.error;
  let end = 0;
  try {
    for await (const entry of unpack) {
      const { name, type, size, mtime, pax, byteOffset } = entry.header as unknown as EntryHeader;
      end = byteOffset + (type === "directory" ? 0 : Math.ceil(size / BLOCK) * BLOCK);
      const content = explainErrors(entry as AsyncIterable<Buffer>, explain);
      yield { name, type, size, mtime, pax: pax ?? {}, content };
    }
  } catch (error) {
    throw explain(error);
  }
  // tar-stream is content with an archive that just stops between two entries.
  if (!isWholeArchive(feed.tail, end)) throw notWhole(from);
}

async function* explainErrors(
  content: AsyncIterable<Buffer>,
  explain: (error: unknown) => unknown,
): AsyncGenerator<Buffer, void, undefined> {
  try {
    yield* content;
  } catch (error) {
    throw explain(error);
  }
}

function notWhole(from: string, cause?: unknown): WarmError {
  if (cause instanceof WarmError) return cause;
  const why = cause instanceof Error ? `is broken (${cause.message})` : "ends in the middle";
  // What ends in the middle may be whole from another engine, or the next time.
  const isCut = cause === undefined || /unexpected end/i.test(String(cause));
  return new WarmError(
    isCut ? "engine-failed" : "rejected",
    `the output ${from} cannot be taken out: its archive ${why}`,
    {
      hint: "see whether the Docker daemon or the engine ended, and whether files change while they are taken out",
      cause,
    },
  );
}

interface Feed {
  readonly tail: ArchiveTail;
  /** The archive's stream itself failed, not its content. tar-stream tells of it in words of its own. */
  failure: { readonly error: unknown } | undefined;
}

function feedArchive(archive: AsyncIterable<Buffer>, unpack: Extract): Feed {
  const feed: Feed = { tail: newTail(), failure: undefined };
  const iterator = archive[Symbol.asyncIterator]();
  let isClosed = false;
  unpack.once("close", () => {
    isClosed = true;
    // Its next chunk may never come: nobody waits for this.
    if (archive instanceof Readable) archive.destroy();
    else iterator.return?.(undefined).catch(() => undefined);
  });
  void pump();
  return feed;

  async function pump(): Promise<void> {
    try {
      while (!isClosed) {
        const { value, done } = await iterator.next();
        if (done) break;
        watchTail(feed.tail, value);
        if (!isClosed && !unpack.write(value)) await drained(unpack);
      }
      if (!isClosed) unpack.end(undefined);
    } catch (error) {
      if (isClosed) return;
      feed.failure = { error };
      unpack.destroy(error as Error);
    }
  }
}

function drained(unpack: Extract): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      unpack.off("drain", settle);
      unpack.off("close", settle);
      resolve();
    };
    unpack.on("drain", settle);
    unpack.on("close", settle);
  });
}
