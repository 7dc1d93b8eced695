import pLimit from "p-limit";
import { familiarRepository, parseImageRef } from "../../model/image-ref.js";
import type { Desired, ImageResource } from "../../model/resource.js";
import type { Host } from "../connection/connect.js";
import { type FindCredentials, registryAuthHeader } from "../connection/credentials.js";
import { asRecord, asString } from "../connection/shape.js";

const ASKS_AT_ONCE = 4;

/**
 * Under `policy: always`, asks what digest each tag names now: through the daemon, since it is the daemon that
 * will pull, with its own proxies and its own idea of which registries are insecure. References that are pinned
 * by a digest cannot move and are not asked for.
 */
export async function askRegistryDigests(
  host: Host,
  desired: Desired,
  findCredentials: FindCredentials,
  cancel: AbortSignal | undefined,
): Promise<Record<string, string>> {
  if (desired.pull.policy !== "always") return {};
  const limit = pLimit(ASKS_AT_ONCE);
  const images = desired.resources.filter((resource): resource is ImageResource => resource.kind === "image");
  const entries = images
    .filter((image) => !image.lookup.includes("@"))
    .map((image) =>
      limit(async () => [image.address, await askDigest(host, image, findCredentials, cancel)] as const),
    );
  return Object.fromEntries(await Promise.all(entries));
}

async function askDigest(
  host: Host,
  image: ImageResource,
  findCredentials: FindCredentials,
  cancel: AbortSignal | undefined,
): Promise<string> {
  const ref = parseImageRef(image.name);
  if ("problem" in ref) throw new Error(`image ${image.name} ${ref.problem}`);
  const credentials = await findCredentials(ref.domain);
  const headers: Record<string, string> =
    credentials === undefined ? {} : { "X-Registry-Auth": registryAuthHeader(credentials) };
  const path = `/distribution/${familiarRepository(ref)}:${ref.tag ?? "latest"}/json`;
  const answer = await host.reader.getJson(`ask the registry for ${image.name}`, path, {
    headers,
    cancel,
    about: "registry",
    deadlineMs: 30_000,
  });
  return asString(
    asRecord(asRecord(answer, "distribution").Descriptor, "Descriptor").digest,
    "Descriptor.digest",
  );
}
