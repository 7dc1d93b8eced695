import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";

/** A file, directory or symbolic link of a layer; the path is absolute in the container, without a leading slash. */
export type Entry =
  | { path: string; content: string | Buffer; mode?: number }
  | { path: string; directory: true; mode?: number; owner?: number }
  | { path: string; link: string };

/** One layer as a registry stores it: a gzipped tar. */
export type Layer = { blob: Buffer; digest: string; diffId: string };

/** What `docker inspect` shows under `Config`, as far as the rig's images use it. */
export type ContainerDefaults = {
  Cmd: string[];
  Entrypoint?: string[];
  User?: string;
  Env?: string[];
  WorkingDir?: string;
  Labels?: Record<string, string>;
  ExposedPorts?: Record<string, object>;
  StopSignal?: string;
  /** Durations in nanoseconds. */
  Healthcheck?: { Test: string[]; Interval: number; Timeout: number; Retries: number };
};

/** A whole image. `id` is its image ID in Docker, and the same for the same content on every machine. */
export type Image = { id: string; config: Buffer; layers: Layer[]; platform: Platform };

export type Platform = { os: "linux"; architecture: string };

/** The platform that this machine's Docker pulls for. */
export const hostPlatform: Platform = {
  os: "linux",
  architecture: process.arch === "x64" ? "amd64" : process.arch,
};

/** When every image of the rig was made, as far as Docker is concerned. */
export const imageCreated = "2020-01-01T00:00:00Z";

/**
 * Makes an image in memory, without Docker: `docker import` and `docker build` write the time into an image, so
 * that two builds of the same content have two IDs.
 *
 * @param salt becomes the image's author: another ID with the same layers
 */
export function makeImage(
  layers: Layer[],
  defaults: ContainerDefaults,
  { platform = hostPlatform, salt = "" }: { platform?: Platform; salt?: string } = {},
): Image {
  const document = {
    ...platform,
    created: imageCreated,
    author: salt,
    config: defaults,
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(() => ({ created: imageCreated, created_by: "warm rig" })),
  };
  const config = Buffer.from(JSON.stringify(document));
  return { id: sha256(config), config, layers, platform };
}

/** Compresses nothing (gzip's level 0): the way over loopback is shorter than the work. */
export async function makeLayer(entries: readonly Entry[]): Promise<Layer> {
  const tar = await makeTar(entries);
  const blob = gzipSync(tar, { level: 0 });
  return { blob, digest: sha256(blob), diffId: sha256(tar) };
}

/** A tar of these entries: same entries, same bytes. Parent directories are not needed; Docker makes them. */
export async function makeTar(entries: readonly Entry[]): Promise<Buffer> {
  const tar = pack();
  for (const entry of entries) {
    const header = { name: entry.path, mtime: new Date(0), uid: 0, gid: 0 };
    if ("content" in entry) tar.entry({ ...header, mode: entry.mode ?? 0o644 }, entry.content);
    else if ("link" in entry) tar.entry({ ...header, type: "symlink", linkname: entry.link });
    else {
      const { mode = 0o755, owner = 0 } = entry;
      tar.entry({ ...header, type: "directory", mode, uid: owner, gid: owner });
    }
  }
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** "sha256:" and 64 hex digits. */
export function sha256(bytes: Buffer): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
