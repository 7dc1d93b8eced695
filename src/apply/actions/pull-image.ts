import type { Host } from "../../docker/connection/connect.js";
import { type ImageFacts, inspectImage } from "../../docker/observe/read-objects.js";
import { WarmError } from "../../errors.js";
import type { Change } from "../../model/plan.js";
import type { Address, ImageResource } from "../../model/resource.js";
import type { ActionResult, ApplyContext } from "../apply-context.js";

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
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await pullOnce(change, resource, context);
    } catch (error) {
      if (!isWorthRetrying(error, attempt, context)) throw error;
      await pauseBeforeRetry(error as WarmError, attempt, change.address, context);
    }
  }
}

async function pullOnce(
  change: Change,
  resource: ImageResource,
  { host, writer, desired, emit, stop, ids, unchanged }: ApplyContext,
): Promise<ActionResult> {
  const { address, action } = change;
  let bytes = 0;
  emit({ type: "action-progress", address, action, phase: "pulling" });
  await writer.images.pull({
    image: resource.name,
    idleTimeoutMs: desired.pull.idleTimeoutMs,
    cancel: stop.hard,
    onProgress: (pull) => {
      bytes = pull.bytesTotal;
      emit({ type: "action-progress", address, action, phase: "pulling", pull });
    },
  });
  const image = await inspectPulled(resource, host);
  checkMoved(change, image);
  ids.set(address, image.id);
  if (image.id !== idBefore(change)) return { detail: bytes > 0 ? `${(bytes / 1e6).toFixed(1)} MB` : "" };
  unchanged.add(address);
  return { detail: "the same image for this platform" };
}

const idBefore = ({ precondition }: Change) => (precondition.exists ? precondition.id : undefined);

/** The only proof of a pull: the image is there, and it is one that this host can run. */
async function inspectPulled({ name, lookup }: ImageResource, host: Host): Promise<ImageFacts> {
  const image = await inspectImage(host.reader, lookup).catch((error: unknown) => {
    if (!(error instanceof WarmError) || error.code !== "not-found") throw error;
    throw new WarmError("pull-failed", `pull ${name}: the stream ended, and the image is not there`, {
      cause: error,
    });
  });
  checkPlatform(name, image, host);
  return image;
}

/** A stream that ended too early leaves the old image under the tag, which a look at the tag alone would accept. */
function checkMoved(change: Change, { id, digests }: ImageFacts): void {
  const wanted = change.fields.find(({ path }) => path === "digest")?.after;
  if (typeof wanted !== "string" || id !== idBefore(change) || digests.includes(wanted)) return;
  throw new WarmError("pull-failed", `pull ${change.name}: the stream ended, and the tag has not moved`);
}

/** Processors that run programs of another architecture as they are. */
const ALSO_RUNS: Readonly<Record<string, string>> = { amd64: "386", arm64: "arm" };

function checkPlatform(name: string, { os, arch }: ImageFacts, { facts }: Host): void {
  const isFit = os === facts.os && ["", facts.arch, ALSO_RUNS[facts.arch]].includes(arch);
  if (isFit) return;
  throw new WarmError(
    "platform-mismatch",
    `image ${name} is built for ${os}/${arch}, this host is ${facts.os}/${facts.arch}`,
    { hint: "name an image for this platform, or build one" },
  );
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

/** The ID of an image that was here before or was pulled in this run. */
export async function resolveImageId(
  address: Address,
  { ids, resources, host }: ApplyContext,
): Promise<string> {
  const known = ids.get(address);
  if (known !== undefined) return known;
  const resource = resources.get(address);
  if (resource?.kind !== "image") throw new WarmError("internal", `${address} is no image of this project`);
  const image = await inspectImage(host.reader, resource.lookup);
  checkPlatform(resource.name, image, host);
  ids.set(address, image.id);
  return image.id;
}
