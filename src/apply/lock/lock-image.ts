import type { HostWriter } from "../../docker/write/host-writer.js";
import { WarmError } from "../../errors.js";

const REPOSITORY = "warm-lock";
const TAG = "1";

/** The empty image that locks are made from. Whoever holds a lock finds it on the host, but for the moments below. */
export const nameOfLockImage = `${REPOSITORY}:${TAG}`;

/**
 * Does what needs the image, which is imported when it is not there.
 * @param work fails with WarmError `not-found` without the image
 */
export async function withLockImage<T>(
  { images }: HostWriter,
  work: () => Promise<T>,
  // Another project's `destroy` may take the image away as soon as it was made.
  tries = 5,
): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof WarmError) || error.code !== "not-found" || left === 0) throw error;
      await images.importEmpty(REPOSITORY, TAG);
    }
  }
}
