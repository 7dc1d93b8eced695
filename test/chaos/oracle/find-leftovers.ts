import { lockName } from "../../../src/model/names.js";
import type { Sandbox } from "../../rig/sandbox.js";
import { ownedNames } from "../../scenarios/seeding/seeded-template.js";
import type { ChaosProject } from "../chaos-project.js";
import { ASKED_SESSIONS } from "../load/run-requests.js";

/** What is on a host under the project's label or name. */
export interface FoundObjects {
  /** Containers, volumes and networks. */
  readonly names: readonly string[];
  /** Tags that prove a seed. */
  readonly proofs: readonly string[];
}

export interface ExpectedObjects {
  readonly wanted: readonly string[];
  /** May be there: it was asked for beside the file, and nobody knows whether that was heard. */
  readonly allowed: readonly string[];
  /** Ids without dashes of the templates that may have a proof, one each: somebody may have taken it away. */
  readonly proven: readonly string[];
}

/** What is left over, and what is missing. */
export function findLeftovers(found: FoundObjects, expected: ExpectedObjects): string[] {
  const { wanted, allowed, proven } = expected;
  const known = [...wanted, ...allowed];
  const tids = found.proofs.map(tidOf);
  const isStale = (tag: string, index: number) =>
    !proven.includes(tidOf(tag)) || tids.indexOf(tidOf(tag)) !== index;
  return [
    ...found.names.filter((name) => !known.includes(name)).map((name) => `left over: ${name}`),
    ...wanted.filter((name) => !found.names.includes(name)).map((name) => `missing: ${name}`),
    ...found.proofs.filter(isStale).map((tag) => `left over: ${tag}, one of ${found.proofs.join(" ")}`),
  ];
}

const PROOF = /^warm-seeded:(.*)-[0-9a-f]{12}$/;
const tidOf = (tag: string) => PROOF.exec(tag)?.[1] ?? "";

/** @param engines names of the pool's containers, as the watcher tells them @param foreign names of others' objects */
export function expectObjects(
  { network, project: name }: Sandbox,
  { templates, asked, sessionVolumes }: ChaosProject,
  engines: readonly string[],
  foreign: readonly string[],
): ExpectedObjects {
  return {
    wanted: [
      ...templates.flatMap(({ container, volume }) => [container, volume]),
      ...[...sessionVolumes, network, lockName(name), ...engines, ...foreign],
    ],
    allowed: [
      asked.container,
      asked.volume,
      ...ASKED_SESSIONS.map((session) => `${asked.volume}-${session}`),
    ],
    proven: [...templates, asked].map(({ id }) => id.replaceAll("-", "")),
  };
}

export async function findObjects(sandbox: Sandbox): Promise<FoundObjects> {
  const { docker, id } = sandbox;
  const [owned, containers, { Volumes: volumes }, networks, images] = await Promise.all([
    ownedNames(sandbox),
    docker.listContainers({ all: true }),
    docker.listVolumes(),
    docker.listNetworks(),
    docker.listImages(),
  ]);
  // By name too: what lost or never had the label.
  const names = [
    ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
    ...volumes.map(({ Name }) => Name),
    ...networks.map(({ Name }) => Name),
  ].filter((name) => name.startsWith(id));
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return {
    names: [...new Set([...owned, ...names])],
    proofs: tags.filter((tag) => tidOf(tag).startsWith(id)),
  };
}
