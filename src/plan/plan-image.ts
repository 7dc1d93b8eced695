import { formatImageRef, parseImageRef } from "../model/image-ref.js";
import type { ObservedImage } from "../model/observed.js";
import type { ImageResource, PullSettings } from "../model/resource.js";
import { ABSENT, createMissing, type Decision, noop, type Requests } from "./decision.js";
import type { HostIndex } from "./index-observed.js";

/**
 * Plans one image. Images have no labels of ours, so they are pulled and never removed. A tag has moved when
 * the digest that the registry names now is none of the digests under which the image is known here; the
 * digests of a tag accumulate and have no order, so this is a question of membership.
 */
export function planImage(
  resource: ImageResource,
  index: HostIndex,
  policy: PullSettings["policy"],
  requests: Requests,
): Decision {
  const found = index.wantedImages.get(resource.address);
  if (found === undefined) {
    if (policy !== "never") return createMissing(resource);
    return { action: "conflict", reasons: ["missing"], precondition: ABSENT, heldBy: NEVER };
  }
  const precondition = { exists: true, id: found.id } as const;
  const registryDigest = index.observed.registryDigests[resource.address];
  const known = digestsOf(found, resource.lookup);
  if (registryDigest !== undefined && !known.includes(registryDigest)) {
    const field = {
      path: "digest",
      before: known.at(-1) ?? null,
      after: registryDigest,
      cause: "drift",
      effect: "update",
    } as const;
    return { action: "update", reasons: ["image-moved"], fields: [field], precondition };
  }
  if (!requests.replace.has(resource.address)) return noop(precondition);
  if (policy === "never") return { action: "conflict", reasons: ["requested"], precondition, heldBy: NEVER };
  return { action: "update", reasons: ["requested"], precondition };
}

const NEVER = "pull.policy is never";

function digestsOf(image: ObservedImage, lookup: string): string[] {
  const ref = parseImageRef(lookup);
  if ("problem" in ref) return [];
  const prefix = `${formatImageRef({ ...ref, tag: undefined, digest: undefined })}@`;
  return image.keys
    .filter((key) => key.startsWith(prefix))
    .map((key) => key.slice(prefix.length))
    .sort();
}
