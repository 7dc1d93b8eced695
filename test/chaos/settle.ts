import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { journalPath } from "../../src/pool/journal/journal-path.js";
import { readJournal } from "../../src/pool/journal/read-journal.js";
import type { WarmClient } from "../../src/server/client/warm-client.js";
import type { Sandbox } from "../rig/sandbox.js";
import { ownedNames } from "../scenarios/seeding/seeded-template.js";
import type { ChaosProject } from "./chaos-project.js";
import type { ChaosWatcher } from "./chaos-watcher.js";
import type { ForeignObjects } from "./foreign-objects.js";
import { lookInto } from "./load/watch-host.js";
import { expectObjects, findLeftovers, findObjects } from "./oracle/find-leftovers.js";
import type { RunRecord } from "./record.js";

export interface Settled {
  readonly sandbox: Sandbox;
  readonly project: ChaosProject;
  readonly watcher: ChaosWatcher;
  readonly foreign: ForeignObjects;
  readonly client: WarmClient;
  readonly record: RunRecord;
  now(): number;
}

const CONVERGED_MS = 90_000;

/** Waits until nothing is to be done, nothing is left over, and all jobs are over. @returns what is still wrong after that */
export async function waitConverged(settled: Settled): Promise<string[]> {
  const { sandbox, now } = settled;
  const startedAt = now();
  for (let lookedAt = 0; ; lookedAt += 1) {
    // What a person does after such an hour: nothing is left alone any longer because it failed so often.
    if (lookedAt === 0) await sandbox.warm(["resume"]);
    const problems = await findUnsettled(settled).catch((error: Error) => [error.message]);
    if (problems.length === 0) return [];
    if (now() - startedAt > CONVERGED_MS)
      return problems.map((problem) => `not converged within ${CONVERGED_MS / 1_000} s: ${problem}`);
    await sleep(500);
  }
}

async function findUnsettled(settled: Settled): Promise<string[]> {
  const { sandbox, project, foreign, client } = settled;
  const { counts, engines } = await client.view(project.pool);
  const expected = expectObjects(
    sandbox,
    project,
    engines.map(({ name }) => name),
    foreign.names(),
  );
  const leftovers = findLeftovers(await findObjects(sandbox), {
    ...expected,
    allowed: [...expected.allowed, ...foreign.everMade()],
  });
  const isWhole = counts.ready === project.size && engines.length === project.size;
  const { stdout, stderr } = await sandbox.call(["plan"]);
  return [
    ...leftovers,
    ...(isWhole ? [] : [`engines: ${engines.map(({ name, state }) => `${name} ${state}`).join(", ")}`]),
    ...(stdout.includes("No changes.") ? [] : [`the plan is not empty:\n${stdout}${stderr}`]),
    ...(await findOpenJobs(settled)),
  ];
}

async function findOpenJobs({ client, record }: Settled): Promise<string[]> {
  const problems: string[] = [];
  for (const job of record.jobs.filter(({ last }) => last?.outcome === undefined)) {
    job.last = await client.job(job.id).catch(() => undefined);
    if (job.last?.outcome === undefined) problems.push(`job ${job.id} is ${job.last?.state ?? "unknown"}`);
  }
  return problems;
}

/** What is wrong with a host that has settled: each template serves, each engine is clean, others lost nothing. */
export async function findDamage({
  sandbox,
  project,
  foreign,
  client,
  record,
  now,
}: Settled): Promise<string[]> {
  for (const template of project.templates) {
    const seen = await lookInto(sandbox, template, now());
    if (seen === undefined) return [`${template.container} cannot be looked into`];
    record.volumes.push(seen);
  }
  const leases = await Promise.all(
    Array.from({ length: project.size }, (_, index) =>
      client.lease(project.pool, { holder: "last", key: `last-${index}`, waitMs: 10_000 }),
    ),
  );
  const found = await Promise.all(
    leases.map(({ id, fence }) => client.exec(id, fence, ["ls", "-A", "/config/worlds_local"])),
  );
  for (const { id, fence } of leases) await client.release(id, fence);
  const unclean = found.flatMap(({ stdout }, index) =>
    stdout === "" ? [] : [`not clean: ${leases[index]?.engine} has ${stdout.trim()} in the end`],
  );
  return [...unclean, ...(await foreign.findMissing())];
}

/** It ends in good order, gives its lock back, and leaves a journal that can be read and nothing to apply. */
export async function findBadEnd({ sandbox, watcher }: Settled): Promise<string[]> {
  const { code, signal } = (await watcher.terminate()) ?? {};
  const locks = (await ownedNames(sandbox)).filter((name) => name.startsWith("warm-lock-"));
  const journal = journalPath(join(sandbox.dir, ".warm"));
  const { corruptLines, wholeBytes } = await readJournal(journal);
  const applied = await sandbox.call(["apply", "--auto-approve"]);
  const isNoop = applied.code === 0 && applied.stdout.includes("No changes.");
  return [
    ...(code === 0 ? [] : [`SIGTERM ended the watcher with ${code ?? signal} instead of 0`]),
    ...locks.map((name) => `its lock was left behind: ${name}`),
    ...corruptLines.map((line) => `the journal is damaged in line ${line}`),
    ...(wholeBytes === statSync(journal).size ? [] : ["the journal ends in half a line"]),
    ...(isNoop
      ? []
      : [`apply had something to do (exit code ${applied.code}):\n${applied.stdout}${applied.stderr}`]),
  ];
}

/** A file of the data directory; undefined where there is none. */
export const readDataOf =
  ({ dir }: Sandbox) =>
  (path: string): string | undefined => {
    try {
      return readFileSync(join(dir, "data", path), "utf8");
    } catch {
      return undefined;
    }
  };
