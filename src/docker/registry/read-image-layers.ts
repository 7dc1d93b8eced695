import type { ImageRef } from "../../model/image-ref.js";
import type { HostFacts } from "../../model/observed.js";
import { asArray, asNumber, asRecord, asString } from "../connection/shape.js";
import type { RegistrySession } from "./registry-session.js";

export interface Layer {
  readonly digest: string;
  /** Compressed, as it is sent. */
  readonly bytes: number;
}

export interface ImageLayers {
  readonly layers: readonly Layer[];
  /** Of the image's own configuration. */
  readonly configDigest: string;
}

const LISTS = [
  "application/vnd.oci.image.index.v1+json",
  "application/vnd.docker.distribution.manifest.list.v2+json",
];
const MANIFESTS = [
  "application/vnd.oci.image.manifest.v1+json",
  "application/vnd.docker.distribution.manifest.v2+json",
];

/**
 * The layers of the image that a reference names for a platform.
 * @throws Error when the registry has none, or speaks of it in an older way than manifest version 2
 */
export async function readImageLayers(
  registry: RegistrySession,
  { tag, digest }: ImageRef,
  platform: Pick<HostFacts, "os" | "arch">,
): Promise<ImageLayers> {
  const accept = [...LISTS, ...MANIFESTS].join(", ");
  let document = asRecord((await registry.getJson(`/manifests/${digest ?? tag}`, accept)).body, "manifest");
  if (document.manifests !== undefined) {
    const chosen = choosePlatform(asArray(document.manifests, "manifests"), platform);
    document = asRecord((await registry.getJson(`/manifests/${chosen}`, accept)).body, "manifest");
  }
  return {
    layers: asArray(document.layers, "manifest.layers").map((item) => {
      const layer = asRecord(item, "layer");
      return { digest: asString(layer.digest, "layer.digest"), bytes: asNumber(layer.size, "layer.size") };
    }),
    configDigest: asString(asRecord(document.config, "manifest.config").digest, "config.digest"),
  };
}

function choosePlatform(manifests: readonly unknown[], { os, arch }: Pick<HostFacts, "os" | "arch">): string {
  for (const item of manifests) {
    const manifest = asRecord(item, "manifests");
    const platform = asRecord(manifest.platform ?? {}, "platform");
    if (platform.os === os && platform.architecture === arch) return asString(manifest.digest, "digest");
  }
  throw new Error(`the image is not built for ${os}/${arch}`);
}

/** What the layers are once they are unpacked, in their order: as local images know them. */
export async function readDiffIds(
  registry: RegistrySession,
  { configDigest }: ImageLayers,
): Promise<readonly string[]> {
  const { body } = await registry.getJson(`/blobs/${configDigest}`, "*/*");
  const rootfs = asRecord(asRecord(body, "config").rootfs, "config.rootfs");
  return asArray(rootfs.diff_ids, "rootfs.diff_ids").map((id) => asString(id, "diff_id"));
}
