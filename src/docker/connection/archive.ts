import { extract, pack } from "tar-stream";

/**
 * A tar archive of small files, by name. No files give an archive with nothing in it.
 * @param mode permission bits of all of them
 */
export async function packFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
  mode = 0o600,
): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files))
    archive.entry({ name, mode }, typeof content === "string" ? content : Buffer.from(content));
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
