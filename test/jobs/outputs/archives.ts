import { pack } from "tar-stream";

/** The members of an archive: a text or bytes for a file, null for a folder. */
export type Tree = Readonly<Record<string, string | Uint8Array | null>>;

const BLOCK = 512;
/** What ends an archive. */
export const END = Buffer.alloc(2 * BLOCK);

/** An archive as Docker's: folders listed before what is in them, names below `root`. */
export async function packTree(root: string, tree: Tree): Promise<Buffer> {
  const archive = pack();
  archive.entry({ name: `${root}/`, type: "directory", mode: 0o4777 });
  for (const [path, content] of Object.entries(tree)) {
    const name = `${root}/${path}`;
    if (content === null) archive.entry({ name, type: "directory", mode: 0o700 });
    else archive.entry({ name, mode: 0o6751, mtime: new Date(1_600_000_000_000) }, content);
  }
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export interface RawEntry {
  readonly name: string | Uint8Array;
  /** One character: `0` a file, `5` a folder. */
  readonly type: string;
  readonly content?: string | Uint8Array;
  /** What the header claims instead of the content's. */
  readonly size?: number;
  readonly linkname?: string;
}

/** Entries that no honest program would write, without the archive's end. */
export function rawEntries(...entries: readonly RawEntry[]): Buffer {
  return Buffer.concat(entries.flatMap(rawEntry));
}

export const rawArchive = (...entries: readonly RawEntry[]) => Buffer.concat([rawEntries(...entries), END]);

/** A record of an extended header; its length counts itself. */
export function paxRecord(key: string, value: string | Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from("\n")]);
  let length = body.length + 1;
  while (String(length).length + body.length !== length) length = String(length).length + body.length;
  return Buffer.concat([Buffer.from(String(length)), body]);
}

export const paxEntry = (...records: readonly Buffer[]): RawEntry => ({
  name: "PaxHeaders/x",
  type: "x",
  content: Buffer.concat(records),
});

function rawEntry({ name, type, content = "", size, linkname = "" }: RawEntry): Buffer[] {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(BLOCK);
  header.set(Buffer.from(name).subarray(0, 100), 0);
  header.write("0000644\0", 100);
  header.write("0000000\x000000000\0", 108);
  header.write(`${(size ?? bytes.length).toString(8).padStart(11, "0")}\0`, 124);
  header.write("00000000000\0", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(linkname, 157);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return [header, bytes, Buffer.alloc((BLOCK - (bytes.length % BLOCK)) % BLOCK)];
}

/** An archive in pieces of one size. */
export async function* inPieces(archive: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let from = 0; from < archive.length; from += size) yield archive.subarray(from, from + size);
}
