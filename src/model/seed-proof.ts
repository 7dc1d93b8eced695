import { sha256 } from "./canonical.js";
import { SEED_PROOF_REPOSITORY } from "./names.js";

/** What makes one filling of one volume unlike any other. */
export interface SeededVolume {
  readonly tid: string;
  readonly name: string;
  /** As Docker prints it, RFC 3339. */
  readonly createdAt: string;
  readonly blobImageId: string;
}

/** `<tid>-<12 hex digits>`: the proof that a volume was filled whole, kept as an image tag and a container label. */
export function seedProof(volume: SeededVolume): string {
  // The daemon prints the same moment otherwise when its time zone has changed.
  const createdMs = Date.parse(volume.createdAt);
  const digest = sha256(`${volume.name}\n${createdMs}\n${volume.blobImageId}`);
  return `${volume.tid}-${digest.slice(0, 12)}`;
}

export const seedProofTag = (proof: string) => `${SEED_PROOF_REPOSITORY}:${proof}`;
