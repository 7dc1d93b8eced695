import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type Docker from "dockerode";
import { type Image, makeTar } from "./image.js";

/**
 * Puts an image into Docker under a reference, as if it had been built there: it has no digest of a registry.
 * A reference that is there moves.
 *
 * @throws Error when Docker refuses it: the answer is 200 with an error line in it
 */
export async function loadImage(docker: Docker, reference: string, image: Image): Promise<void> {
  const name = (digest: string) => digest.slice("sha256:".length);
  const layers = image.layers.map(({ digest, blob }) => ({ path: `${name(digest)}.tar.gz`, content: blob }));
  const config = { path: `${name(image.id)}.json`, content: image.config };
  const manifest = [{ Config: config.path, RepoTags: [reference], Layers: layers.map(({ path }) => path) }];
  const archive = await makeTar([
    ...layers,
    config,
    { path: "manifest.json", content: JSON.stringify(manifest) },
  ]);
  const answer = await docker.loadImage(Readable.from([archive]), { quiet: true });
  for (const line of (await text(answer)).split("\n")) {
    const error = line.trim() && JSON.parse(line).error;
    if (error) throw new Error(`docker load of ${reference}: ${error}`);
  }
}
