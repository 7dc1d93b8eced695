import { extract, pack } from "tar-stream";

/** A tar archive of small files, by name. No files give an archive with nothing in it. */
export async function packFiles(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name, mode: 0o600 }, content);
  archive.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of archive) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The content of the first file in an archive; empty when there is none. */
export async function unpackFirstFile(archive: Buffer): Promise<string> {
  const unpack = extract();
  unpack.end(archive);
  for await (const entry of unpack) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }
  return "";
}
