/** Labels that say what is ours (design, section 4). Nothing else does. */
export const LABEL = {
  project: "warm.project",
  address: "warm.address",
  specHash: "warm.spec-hash",
  spec: "warm.spec",
  /** On a template volume: the ID of the blob image that it was seeded from. */
  blobImage: "warm.blob-image",
  /** On a template container: the seed proof of the volume that it mounts. */
  seeded: "warm.seeded",
  /** On a container that was made for one job: the ID of the engine's container whose lease it belongs to. */
  engine: "warm.engine",
  /** What the cyanprint executor finds its own objects by. */
  cyanprint: "cyanprint.dev",
} as const;

export type Labels = Readonly<Record<string, string>>;

/** The labels that every object of a project carries. */
export function identityLabels(project: string, address: string, specHash: string): Record<string, string> {
  return { [LABEL.project]: project, [LABEL.address]: address, [LABEL.specHash]: specHash };
}

export function isOwned(labels: Labels, project: string): boolean {
  return labels[LABEL.project] === project;
}
