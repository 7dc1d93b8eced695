import { gzipSync } from "node:zlib";
import { type Entry, makeTar, sha256 } from "./image.js";
import { pseudoRandomBytes } from "./pseudo-random.js";

/** The plain files of the artifact, in the order in which they are unpacked; sizes in bytes. */
const files = [
  { path: "cyan.yaml", size: 2_000 },
  { path: "src/index.ts", size: 20_000 },
  { path: "src/lib/deep/er/model.ts", size: 60_000 },
  { path: "templates/a file with spaces.txt", size: 40_000 },
  { path: "templates/nested/page.html", size: 80_000 },
];

/**
 * The content of a blob image: /cyanprint/artifact/cyan.tar.gz, and beside it `first-half`, the names of the entries
 * that an interrupted unpacking leaves behind. The archive begins with `manifest.sha256` (`sha256sum -c` reads it),
 * so that a half-filled directory can be told from a whole one.
 *
 * @param version another content for another version
 * @param sizeMiB of additional files of 1 MiB each, the second half's
 */
export async function blobEntries(version: string, sizeMiB: number): Promise<Entry[]> {
  const payload = Array.from({ length: sizeMiB }, (_, n) => ({ path: `payload/${n}.bin`, size: 2 ** 20 }));
  const contents = [...files, ...payload].map(({ path, size }) => ({
    path,
    content: pseudoRandomBytes(`blob ${version} ${path}`, size),
  }));
  const manifest = contents.map(
    ({ path, content }) => `${sha256(content).slice("sha256:".length)}  ${path}\n`,
  );
  const entries = [{ path: "manifest.sha256", content: manifest.join("") }, ...contents];
  const archive = gzipSync(await makeTar(entries), { level: 0 });
  const firstHalf = ["manifest.sha256", ...files.slice(0, 3).map(({ path }) => path)];
  return [
    { path: "cyanprint/artifact/cyan.tar.gz", content: archive },
    { path: "cyanprint/artifact/first-half", content: `${firstHalf.join(" ")}\n` },
  ];
}
