import { type Image, type Layer, sha256 } from "./image.js";
import type { Registry } from "./registry.js";

const types = {
  manifest: "application/vnd.docker.distribution.manifest.v2+json",
  list: "application/vnd.docker.distribution.manifest.list.v2+json",
  config: "application/vnd.docker.container.image.v1+json",
  layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
};

/** Where a run's registry has the layer that is under every image. */
export const layersRepository = "rig/layers";

/**
 * Puts an image into a registry by the registry's own HTTP API. Docker is not involved, so it has neither the image
 * nor its layers afterwards and a pull is a real one. A tag that is there moves.
 *
 * @param image an array makes a manifest list, even of one image
 * @param path repository and tag, "acme/template:1"
 * @returns the reference to pull, "127.0.0.1:40001/acme/template:1"
 * @throws Error when the registry refuses anything
 */
export async function pushImage(registry: Registry, path: string, image: Image | Image[]): Promise<string> {
  const colon = path.lastIndexOf(":");
  if (colon < 1) throw new Error(`"${path}" is not a repository and a tag`);
  const [repository, tag] = [path.slice(0, colon), path.slice(colon + 1)];
  const call = caller(registry, repository);
  if (!Array.isArray(image)) await putManifest(call, tag, await pushContent(call, image));
  else await putManifest(call, tag, await pushEach(call, image));
  return `${registry.host}/${path}`;
}

type Call = (method: string, path: string, body?: Buffer, type?: string) => Promise<Response>;
type Manifest = { mediaType: string; bytes: Buffer };

async function pushContent(call: Call, image: Image): Promise<Manifest> {
  const config = { blob: image.config, digest: image.id };
  await Promise.all([config, ...image.layers].map((blob) => putBlob(call, blob)));
  return makeManifest(types.manifest, {
    config: { mediaType: types.config, size: image.config.length, digest: image.id },
    layers: image.layers.map(({ blob, digest }) => ({ mediaType: types.layer, size: blob.length, digest })),
  });
}

async function pushEach(call: Call, images: Image[]): Promise<Manifest> {
  const manifests = [];
  for (const image of images) {
    const { mediaType, bytes } = await pushContent(call, image);
    const digest = sha256(bytes);
    await putManifest(call, digest, { mediaType, bytes });
    manifests.push({ mediaType, size: bytes.length, digest, platform: image.platform });
  }
  return makeManifest(types.list, { manifests });
}

function makeManifest(mediaType: string, content: object): Manifest {
  return { mediaType, bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...content })) };
}

async function putManifest(call: Call, reference: string, { mediaType, bytes }: Manifest): Promise<void> {
  await call("PUT", `manifests/${reference}`, bytes, mediaType);
}

/** A blob that `layersRepository` has is taken from there, which is no more than a link for the registry. */
async function putBlob(call: Call, { blob, digest }: Pick<Layer, "blob" | "digest">): Promise<void> {
  if ((await call("HEAD", `blobs/${digest}`)).ok) return;
  const upload = await call("POST", `blobs/uploads/?mount=${digest}&from=${layersRepository}`);
  if (upload.status === 201) return;
  const location = new URL(upload.headers.get("location") ?? "");
  location.searchParams.set("digest", digest);
  await call("PUT", location.href, blob, "application/octet-stream");
}

/** Calls below one repository. A 404 to a HEAD is an answer, every other refusal throws. */
function caller({ host, login }: Registry, repository: string): Call {
  const base = `http://${host}/v2/${repository}/`;
  const credentials = Buffer.from(`${login?.username}:${login?.password}`).toString("base64");
  return async (method, path, body, type) => {
    const headers = {
      ...(type && { "content-type": type }),
      ...(login && { authorization: `Basic ${credentials}` }),
    };
    const init = { method, headers, ...(body && { body: new Uint8Array(body) }) };
    const response = await fetch(new URL(path, base), init);
    if (response.ok || (method === "HEAD" && response.status === 404)) return response;
    throw new Error(`${method} ${response.url}: ${response.status} ${await response.text()}`);
  };
}
