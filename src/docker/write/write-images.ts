import { Readable } from "node:stream";
import { WarmError } from "../../errors.js";
import type { PullProgress } from "../../model/event.js";
import { familiarRepository, parseImageRef } from "../../model/image-ref.js";
import { packFiles } from "../connection/archive.js";
import {
  type FindCredentials,
  type RegistryCredentials,
  registryAuthHeader,
} from "../connection/credentials.js";
import { mapDockerode } from "../connection/map-error.js";
import type { DockerodeCalls } from "./dockerode-calls.js";
import { pullStalled, readPullStream } from "./pull-stream.js";

export interface PullRequest {
  /** Canonical reference: a tag, a digest, or both. */
  readonly image: string;
  readonly idleTimeoutMs: number;
  readonly onProgress: (progress: PullProgress) => void;
  readonly cancel?: AbortSignal | undefined;
}

/** Everything that warm does to images. */
export interface ImageWriter {
  /** One try at one reference. Its success is proven by an inspect, not by this returning. */
  pull(request: PullRequest): Promise<void>;
  tag(imageId: string, repository: string, tag: string): Promise<void>;
  /**
   * Takes a tag away, and the image only when it was the last reference. Also fine when it is gone.
   * @param isOurs an image of warm's own with nothing in it: the tag goes even when it is the last one and containers that
   * do not run were made from the image
   */
  untag(reference: string, isOurs?: boolean): Promise<void>;
  /** Makes an image with nothing in it. */
  importEmpty(repository: string, tag: string): Promise<void>;
}

export function createImageWriter(calls: DockerodeCalls, findCredentials: FindCredentials): ImageWriter {
  const { call } = calls;
  return {
    pull: (request) => pullImage(calls, findCredentials, request),
    tag: (imageId, repo, tag) =>
      call(`tag an image ${repo}:${tag}`, (docker, abortSignal) =>
        docker.getImage(imageId).tag({ repo, tag, abortSignal }),
      ),
    untag: (reference, isOurs = false) =>
      call(
        `untag ${reference}`,
        (docker, abortSignal) =>
          docker.getImage(reference).remove({ noprune: true, force: isOurs, abortSignal }),
        {
          fine: [404],
        },
      ),
    importEmpty: (repo, tag) =>
      call(`import ${repo}:${tag}`, async (docker) => {
        const archive = Readable.from([await packFiles({})]);
        const stream = (await docker.importImage(archive, { repo, tag } as never)) as unknown as Readable;
        for await (const _line of stream) {
          // The end of the stream is the end of the import.
        }
      }),
  };
}

/** Exactly one reference: without a tag Docker would pull every tag of the repository. */
async function pullImage(
  { call, url }: DockerodeCalls,
  find: FindCredentials,
  request: PullRequest,
): Promise<void> {
  const { image, idleTimeoutMs, onProgress, cancel } = request;
  const ref = parseImageRef(image);
  if ("problem" in ref) throw new Error(`image ${image} ${ref.problem}`);
  const what = `pull ${image}`;
  const credentials = await find(ref.domain);
  const source = { fromImage: familiarRepository(ref), tag: ref.digest ?? ref.tag ?? "latest" };
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  cancel?.addEventListener("abort", interrupt, { once: true });
  try {
    const stream = await call(what, async (docker) => openPull(docker, source, credentials, abort.signal), {
      deadlineMs: idleTimeoutMs,
      cancel,
      about: "registry",
    });
    await readPullStream(stream, { what, idleTimeoutMs, onProgress, cancel });
  } catch (error) {
    abort.abort();
    // A daemon that waits for the registry sends not even a status.
    if (error instanceof WarmError && error.code === "deadline") throw pullStalled(what, idleTimeoutMs);
    throw mapDockerode(what, error, url, "registry");
  } finally {
    cancel?.removeEventListener("abort", interrupt);
  }
}

async function openPull(
  docker: import("dockerode"),
  source: { readonly fromImage: string; readonly tag: string },
  credentials: RegistryCredentials | undefined,
  abortSignal: AbortSignal,
): Promise<Readable> {
  const authconfig = credentials === undefined ? undefined : { base64: registryAuthHeader(credentials) };
  const options = { ...source, abortSignal };
  return (await docker.createImage(authconfig as never, options as never)) as unknown as Readable;
}
