import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { type Entry, type Image, type Layer, makeImage, makeLayer } from "./image.js";
import { findWorldgenEngine } from "./worldgen-engine.js";

const example = resolve(import.meta.dirname, "../../examples/worldgen");

/** What the scripts of the image, resets and kept sessions call. */
const applets =
  "cat cp cut date echo env find grep head id kill ls mkdir mkfifo mv printf ps rm rmdir sed sh sha256sum sleep sort stat tail tar test touch tr true usleep wc [".split(
    " ",
  );

/**
 * The image of examples/worldgen: the Minetest server of Debian's package, the mod of the example, and busybox. The same
 * files, the same image ID.
 *
 * @param options `salt`: another image ID with the same layers
 * @throws Error that says what is missing where the server cannot be had: ask `findWorldgenEngine` first to do without
 */
export async function buildWorldgenImage(options: { salt?: string } = {}): Promise<Image> {
  const engine = findWorldgenEngine();
  if (engine.kind === "missing") throw new Error(`The world generator cannot be built: ${engine.reason}.`);
  const layers: Layer[] = [
    await makeLayer(busyboxEntries()),
    await makeLayer(readEntries(engine.dir, "")),
    await makeLayer([
      ...readEntries(join(example, "game"), "usr/share/games/minetest/games/worldgen"),
      ...readEntries(join(example, "image"), "worldgen"),
      { path: "usr/share/games/minetest/locale", directory: true },
      { path: "config", directory: true },
    ]),
  ];
  const defaults = { Cmd: ["/worldgen/run"], WorkingDir: "/", Env: ["PATH=/bin:/worldgen"] };
  return makeImage(layers, defaults, options);
}

function busyboxEntries(): Entry[] {
  return [
    { path: "bin/busybox", content: readFileSync("/bin/busybox"), mode: 0o755 },
    ...applets.map((name) => ({ path: `bin/${name}`, link: "busybox" })),
    { path: "tmp", directory: true },
  ];
}

/** All files below `dir`, sorted, as entries below `to`. */
function readEntries(dir: string, to: string): Entry[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile())
    .map((file) => join(file.parentPath, file.name))
    .sort()
    .map((file) => ({
      path: join(to, relative(dir, file)),
      content: readFileSync(file),
      mode: statSync(file).mode & 0o111 ? 0o755 : 0o644,
    }));
}
