import type { Address, ResourceKind } from "./resource.js";

/** A template id as it stands in Docker names: as the cyanprint executor writes it, without dashes. */
export function stripDashes(id: string): string {
  return id.replaceAll("-", "");
}

export const templateVolumeName = (prefix: string, tid: string) => `${prefix}-${tid}`;
export const sessionVolumeName = (prefix: string, tid: string, session: string) =>
  `${prefix}-${tid}-${session}`;
export const seederName = (prefix: string, tid: string) => `${prefix}-volume-${tid}`;
export const templateContainerName = (prefix: string, tid: string) => `${prefix}-template-${tid}`;
export const lockName = (project: string) => `warm-lock-${project}`;

/** The names that a container has for moments while it is swapped for its successor. */
export const incomingName = (name: string) => `${name}--warm-new`;
export const outgoingName = (name: string) => `${name}--warm-old`;

export const addressOf = (kind: ResourceKind, name: string): Address => `${kind}.${name}`;

/** Repository of the tags that prove a seed. */
export const SEED_PROOF_REPOSITORY = "warm-seeded";
/** Repository of the tags that say which sessions have expired and are gone. */
export const TOMBSTONE_REPOSITORY = "warm-expired";

export const engineName = (prefix: string, pool: string, slot: number) => `${prefix}-engine-${pool}-${slot}`;
export const engineAddress = (pool: string, slot: number): Address => `engine.${pool}/${slot}`;

/** What a job's own container has for an address: it is none of a resource, and lives and ends with a lease. */
export const jobAddress = (jobId: string): Address => `job.${jobId}`;
export const isJobAddress = (address: Address) => address.startsWith("job.");

/** The container of a job, beside the engine that it is leased. No engine has such a name: its last part is a number. */
export const jobContainerName = (engine: string) => `${engine}-job`;

/** @returns undefined for what is no engine's address */
export function parseEngineAddress(
  address: Address,
): { readonly pool: string; readonly slot: number } | undefined {
  const [, pool, slot] = /^engine\.(.+)\/([1-9]\d{0,5})$/.exec(address) ?? [];
  return pool === undefined ? undefined : { pool, slot: Number(slot) };
}

/** An engine that is kept for a look at it makes room for its successor. */
export const quarantineName = (name: string, containerId: string) =>
  `${name}--warm-quarantine-${containerId.slice(0, 12)}`;
export const isQuarantineName = (name: string) => name.includes("--warm-quarantine-");
