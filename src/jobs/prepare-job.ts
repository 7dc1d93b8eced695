import { inspectImage } from "../docker/observe/read-objects.js";
import { toWarmError, WarmError } from "../errors.js";
import type { JobSpec, ParamValue } from "../model/job.js";
import type { Desired } from "../model/resource.js";
import { checkPaths } from "./check-paths.js";
import { checkFit, checkHostCommand } from "./drivers/check-fit.js";
import { fillText, hashOfKey } from "./fill-text.js";
import { hashOfJob } from "./job-inputs.js";
import type { JobTools } from "./job-tools.js";
import type { JobRequest } from "./jobs.js";
import { readParams } from "./read-params.js";
import { checkWitnesses } from "./run/witness.js";

/** A job that may be run: what was asked, checked and filled in. */
export interface PreparedJob {
  readonly pool: string;
  readonly request: JobRequest;
  readonly spec: JobSpec;
  readonly specHash: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly key: string;
  readonly hash: string;
  /** Where its result lands; absolute. */
  readonly dataDir: string;
  readonly imageReference: string;
  /** Undefined while it cannot be known: the image is not there, or the host is away. */
  readonly imageId: string | undefined;
}

/**
 * Checks what is asked before anything is done.
 * @throws WarmError `not-found` (the pool, or its job) · `usage` (the parameters)
 */
export async function prepareJob(
  pool: string,
  request: JobRequest,
  desired: Desired,
  tools: Pick<JobTools, "host">,
): Promise<PreparedJob> {
  const resource = desired.pools.find(({ id }) => id === pool);
  if (resource === undefined)
    throw new WarmError("not-found", `there is no pool ${pool}`, { hint: "`warm engines` lists them" });
  const { job: spec } = resource;
  if (spec === undefined)
    throw new WarmError("not-found", `${pool} declares no job`, {
      hint: `declare \`engines.${pool}.job\`, or use its engines by \`warm lease ${pool}\``,
    });
  const params = readParams(pool, spec, request.params);
  const everyParam = spec.chunks === undefined ? params : { ...params, [spec.chunks.param]: 0 };
  checkFit(spec.driver, (text) => fillText(text, everyParam), everyParam);
  checkWitnesses(pool, spec, resource.policy.errorLogs, everyParam);
  checkPaths(pool, spec, everyParam);
  for (const { command } of [...spec.post, ...(spec.merge ? [spec.merge] : [])])
    checkHostCommand(command, params);
  const key = fillText(spec.key, params);
  const imageReference = resource.image.slice("image.".length);
  return {
    ...{ pool, request, spec, params, key, imageReference },
    specHash: hashOfJob(spec, resource),
    hash: hashOfKey(key),
    dataDir: desired.data.dir,
    imageId: await findImage(imageReference, tools),
  };
}

/** It is not there, or Docker does not answer now, or not as it should: no reason to refuse a job, or to lose one. */
const UNKNOWN: ReadonlySet<string> = new Set([
  ...["not-found", "host-unreachable", "host-protocol", "docker-failed", "deadline"],
]);

async function findImage(reference: string, { host }: Pick<JobTools, "host">): Promise<string | undefined> {
  try {
    return (await inspectImage(host().host.reader, reference)).id;
  } catch (error) {
    const { code } = toWarmError(error);
    if (UNKNOWN.has(code)) return undefined;
    throw error;
  }
}
