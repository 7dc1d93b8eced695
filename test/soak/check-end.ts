import { setTimeout as sleep } from "node:timers/promises";
import { median } from "../bench/measure.js";
import type { Sandbox } from "../rig/sandbox.js";
import { expectServing, ownedNames } from "../scenarios/seeding/seeded-template.js";
import type { LogLine } from "../scenarios/watch/watched-project.js";
import type { ForeignObjects } from "./foreign-objects.js";
import type { SoakProject } from "./soak-project.js";
import type { SoakedWatcher } from "./soaked-watcher.js";

const CONVERGED_MS = 60_000;
const GROWTH = 1.25;
const GROWTH_MB = 5;
const FEWEST_SAMPLES = 8;

/** Waits until nothing is to be done and nothing is left over. @returns how long that took, in ms */
export async function waitConverged(
  sandbox: Sandbox,
  project: SoakProject,
  foreign: ForeignObjects,
): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const { stdout, stderr } = await sandbox.warm(["plan"]);
    const leaked = await findLeaks(sandbox, project, foreign);
    const isDone = stdout.includes("No changes.") && leaked.length === 0;
    if (isDone) return Date.now() - startedAt;
    if (Date.now() - startedAt > CONVERGED_MS)
      throw new Error(`not converged within 60 s:\n${[stdout, stderr, ...leaked].join("\n")}`);
    await sleep(500);
  }
}

/** What bears the project's label or name and is not wanted, and what is wanted and not there. */
async function findLeaks(
  sandbox: Sandbox,
  { templates, sessionVolumes }: SoakProject,
  foreign: ForeignObjects,
): Promise<string[]> {
  const wanted = [
    ...templates.flatMap(({ container, volume }) => [container, volume]),
    ...sessionVolumes,
    sandbox.network,
    `warm-lock-${sandbox.project}`,
    ...foreign.names(),
  ];
  const found = await objectNames(sandbox);
  const proofs = (await proofIds(sandbox)).sort();
  const wantedProofs = templates.map(({ id }) => id.replaceAll("-", "")).sort();
  const isSameProofs = JSON.stringify(proofs) === JSON.stringify(wantedProofs);
  return [
    ...found.filter((name) => !wanted.includes(name)).map((name) => `left over: ${name}`),
    ...wanted.filter((name) => !found.includes(name)).map((name) => `missing: ${name}`),
    ...(isSameProofs ? [] : [`proofs of ${proofs.join(" ")} instead of ${wantedProofs.join(" ")}`]),
  ];
}

/** Containers, volumes and networks: by the project's label, and by name, for what lost or never had the label. */
async function objectNames(sandbox: Sandbox): Promise<string[]> {
  const { docker, id } = sandbox;
  const [owned, containers, { Volumes: volumes }, networks] = await Promise.all([
    ownedNames(sandbox),
    docker.listContainers({ all: true }),
    docker.listVolumes(),
    docker.listNetworks(),
  ]);
  const names = [
    ...containers.flatMap(({ Names }) => Names.map((name) => name.slice(1))),
    ...volumes.map(({ Name }) => Name),
    ...networks.map(({ Name }) => Name),
  ];
  return [...new Set([...owned, ...names.filter((name) => name.startsWith(id))])];
}

/** Whose seeds are proven, a template twice where two tags say so. */
async function proofIds({ docker, id }: Sandbox): Promise<string[]> {
  const images = await docker.listImages();
  const tags = images.flatMap(({ RepoTags }) => RepoTags ?? []);
  return tags.flatMap((tag) => /^warm-seeded:(.*)-[0-9a-f]{12}$/.exec(tag)?.[1] ?? []).filter(isOurs);
  function isOurs(tid: string): boolean {
    return tid.startsWith(id);
  }
}

/** Every template serves what its blob carried, and nobody else lost anything. */
export async function checkServing(
  sandbox: Sandbox,
  project: SoakProject,
  foreign: ForeignObjects,
): Promise<void> {
  for (const template of project.templates) await expectServing(sandbox, template);
  const missing = await foreign.findMissing();
  if (missing.length > 0) throw new Error(missing.join("\n"));
}

/** It ends in good order and gives its lock back. */
export async function checkStop(sandbox: Sandbox, watcher: SoakedWatcher): Promise<void> {
  const { code, signal } = await watcher.stop();
  if (code !== 0) throw new Error(`SIGTERM ended it with ${code ?? signal} instead of 0`);
  const locks = (await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock-"));
  if (locks.length > 0) throw new Error(`its lock was left behind: ${locks.join(" ")}`);
}

/** The log is lines of JSON and nothing else, and none of them is an error. */
export function checkLog(log: string): void {
  const bad = log.split("\n").filter((text) => text !== "" && !isGood(text));
  if (bad.length > 0) throw new Error(`${bad.length} bad lines in the log:\n${bad.slice(0, 20).join("\n")}`);
}

function isGood(text: string): boolean {
  try {
    const { level, msg } = JSON.parse(text) as LogLine;
    return level !== "error" && level !== "fatal" && msg !== "pass failed";
  } catch {
    return false;
  }
}

export interface Memory {
  /** Medians of the second and of the last quarter of the time, in MB. */
  readonly before: number;
  readonly after: number;
}

/** @returns undefined where too little was measured to say anything */
export function checkMemory(samples: readonly number[]): Memory | undefined {
  if (samples.length < FEWEST_SAMPLES) return undefined;
  const quarter = (n: number) =>
    samples.slice(Math.floor((samples.length * n) / 4), Math.floor((samples.length * (n + 1)) / 4));
  const [before, after] = [median(quarter(1)), median(quarter(3))];
  if (after > GROWTH * before + GROWTH_MB)
    throw new Error(`memory grew from ${before.toFixed(1)} to ${after.toFixed(1)} MB`);
  return { before, after };
}
