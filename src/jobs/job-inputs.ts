import { canonicalJson, type Json, sha256 } from "../model/canonical.js";
import type { JobSpec, ParamValue } from "../model/job.js";
import type { PoolResource } from "../model/pool.js";
import { isSecret } from "../model/secret.js";
import type { ResultInputs } from "./data/data-directory.js";

/**
 * Hash over what of a job's declaration, and of its engines beside the image, shapes its result or says what is one: how
 * long it may take, or where it runs, does not. Secrets are left out.
 */
export function hashOfJob(
  { driver, confirm, outputs, post, merge, chunks }: JobSpec,
  engine: Pick<PoolResource, "command" | "env">,
): string {
  const { type, ...told } = { ...driver, password: undefined, port: undefined };
  const shape = {
    ...{ type, told, chunks, merge: merge?.command, post: post.map(({ command }) => command) },
    outputs: outputs.map(({ from, to, require }) => ({ from, to, require })),
    confirm,
    engine: {
      command: engine.command,
      env: Object.fromEntries(Object.entries(engine.env).filter(([, value]) => !isSecret(value))),
    },
  };
  return `j1:${sha256(canonicalJson(shape as unknown as Json)).slice(0, 32)}`;
}

/** Whether a result that is there is the one that is wanted. Where the image is not known, any image's. */
export function isSameInputs(
  there: ResultInputs,
  wanted: Omit<ResultInputs, "image"> & { readonly imageId: string | undefined },
): boolean {
  const sameParams = canonicalJson(there.params) === canonicalJson(wanted.params);
  const sameImage = wanted.imageId === undefined || there.image.id === wanted.imageId;
  return sameParams && sameImage && there.job === wanted.job && isSameOwner(there, wanted);
}

/** Whether it is a result of the same pool's job: another's is never replaced. */
export const isSameOwner = (
  there: Pick<ResultInputs, "pool" | "key">,
  wanted: Pick<ResultInputs, "pool" | "key">,
): boolean => there.pool === wanted.pool && there.key === wanted.key;

export const isSameParams = (
  a: Readonly<Record<string, ParamValue>>,
  b: Readonly<Record<string, ParamValue>>,
): boolean => canonicalJson(a) === canonicalJson(b);
