import type { FoundHost, FoundImage } from "../../model/found-host.js";
import { canonicalImageKey, parseImageRef } from "../../model/image-ref.js";
import type { ObservedContainer } from "../../model/observed.js";

/** Under which reference an image is written, and whether that names another one by now. */
export interface NamedImage {
  readonly reference: string;
  readonly hasMoved: boolean;
}

const ID = /^(?:sha256:)?[0-9a-f]{12,64}$/;

/**
 * What a container's image is called: as its maker named it, else as the image list does.
 * @param asked the reference that its maker used; may be an ID
 * @returns undefined for an image without a name
 */
export function nameImage(
  { imageId }: Pick<ObservedContainer, "imageId">,
  asked: string,
  { images }: FoundHost,
): NamedImage | undefined {
  const isName = asked !== "" && !("problem" in parseImageRef(asked)) && !isIdOf(asked, imageId);
  if (isName) {
    const named = findImage(asked, images);
    return { reference: asked, hasMoved: named !== undefined && named.id !== imageId };
  }
  const reference = referenceOf(images.find(({ id }) => id === imageId));
  return reference === undefined ? undefined : { reference, hasMoved: false };
}

function isIdOf(text: string, imageId: string): boolean {
  return ID.test(text) && imageId.replace("sha256:", "").startsWith(text.replace("sha256:", ""));
}

function findImage(reference: string, images: readonly FoundImage[]): FoundImage | undefined {
  const key = canonicalImageKey(reference);
  return images.find(({ references }) => references.includes(key));
}

/** A tag before a digest, the first of several: Docker does not say which one it was pulled by. */
export function referenceOf(image: FoundImage | undefined): string | undefined {
  const references = image?.references ?? [];
  return references.find((one) => !one.includes("@")) ?? references[0];
}
