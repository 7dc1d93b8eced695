import { inspectImage } from "../docker/read-objects.js";
import { WarmError } from "../errors.js";
import type { Change } from "../model/plan.js";
import type { Address, ImageResource } from "../model/resource.js";
import type { ActionResult, ApplyContext } from "./apply-context.js";

const FIRST_DELAY_MS = 1000;
const LONGEST_DELAY_MS = 30_000;

/**
 * Pulls one reference until an inspect finds it for the host's platform (design, protocol "pulling").
 * Transient failures are tried again with growing, jittered pauses.
 */
export async function pullImage(
  change: Change,
  resource: ImageResource,
  context: ApplyContext,
): Promise<ActionResult> {
  let lastBytes = 0;
  for (let attempt = 0; ; attempt += 1) {
    try {
      await pullOnce(resource, context, (bytes) => {
        lastBytes = bytes;
      });
      break;
    } catch (error) {
      if (!isWorthRetrying(error, attempt, context)) throw error;
      await pauseBeforeRetry(error as WarmError, attempt, change.address, context);
    }
  }
  const id = await resolvePulled(resource, context);
  const before = change.precondition.exists ? change.precondition.id : undefined;
  if (id !== before) return { detail: lastBytes > 0 ? `${(lastBytes / 1e6).toFixed(1)} MB` : "" };
  context.unchanged.add(change.address);
  return { detail: "the same image for this platform" };
}

async function pullOnce(
  resource: ImageResource,
  { writer, desired, emit, stop }: ApplyContext,
  onBytes: (bytes: number) => void,
): Promise<void> {
  const { address } = resource;
  emit({ type: "action-progress", address, action: "create", phase: "pulling" });
  await writer.images.pull({
    image: resource.name,
    idleTimeoutMs: desired.pull.idleTimeoutMs,
    cancel: stop.hard,
    onProgress: (pull) => {
      onBytes(pull.bytesTotal);
      emit({ type: "action-progress", address, action: "create", phase: "pulling", pull });
    },
  });
}

function isWorthRetrying(error: unknown, attempt: number, { desired, stop }: ApplyContext): boolean {
  const isTransient = error instanceof WarmError && error.retryable && error.code !== "interrupted";
  return isTransient && attempt < desired.pull.retries && !stop.soft.aborted;
}

async function pauseBeforeRetry(
  error: WarmError,
  attempt: number,
  address: Address,
  context: ApplyContext,
): Promise<void> {
  const { clock, emit, stop } = context;
  const delayMs = Math.round(
    Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** attempt) * (0.5 + clock.random()),
  );
  emit({ type: "action-retrying", address, attempt: attempt + 1, delayMs, message: error.message });
  await clock.sleep(delayMs, stop.soft);
  if (stop.soft.aborted) throw error;
}

/** The only proof of a pull: the image is there, and it is one that this host can run. */
async function resolvePulled(resource: ImageResource, { host, ids }: ApplyContext): Promise<string> {
  const image = await inspectImage(host.reader, resource.lookup);
  const { os, arch } = host.facts;
  if (image.os !== os || (image.arch !== "" && image.arch !== arch)) {
    throw new WarmError(
      "platform-mismatch",
      `pull ${resource.name}: the image is built for ${image.os}/${image.arch}, this host is ${os}/${arch}`,
      { hint: "name an image for this platform, or build one" },
    );
  }
  ids.set(resource.address, image.id);
  return image.id;
}

/** The ID of an image that was here before or was pulled in this run. */
export async function resolveImageId(
  address: Address,
  { ids, resources, host }: ApplyContext,
): Promise<string> {
  const known = ids.get(address);
  if (known !== undefined) return known;
  const resource = resources.get(address);
  if (resource?.kind !== "image") throw new WarmError("internal", `${address} is no image of this project`);
  const { id } = await inspectImage(host.reader, resource.lookup);
  ids.set(address, id);
  return id;
}
