import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "../../src/server/client/create-client.js";
import { socketPathIn } from "../../src/server/listen/socket-path.js";
import type { DockerDaemon } from "../rig/docker-daemon.js";
import { startFaultProxy } from "../rig/fault-proxy.js";
import type { Sandbox } from "../rig/sandbox.js";
import { eventually, isRunning } from "../scenarios/watch/watched-project.js";
import { type ChaosProject, createChaosProject } from "./chaos-project.js";
import { type ChaosWatcher, startChaosWatcher } from "./chaos-watcher.js";
import { nameFault } from "./fault.js";
import { createForeignObjects } from "./foreign-objects.js";
import { runLoad, withDeadline } from "./load/load.js";
import { checkErrors, checkLog } from "./oracle/check-errors.js";
import { checkJobs } from "./oracle/check-jobs.js";
import { checkLeases } from "./oracle/check-leases.js";
import { checkMemory } from "./oracle/check-memory.js";
import { checkPools } from "./oracle/check-pools.js";
import { checkVolumes } from "./oracle/check-volumes.js";
import { createRecord, type RunRecord } from "./record.js";
import type { ScheduledFault } from "./schedule.js";
import { findBadEnd, findDamage, readDataOf, type Settled, waitConverged } from "./settle.js";
import { mountSmallDisks, unmountSmallDisks } from "./strikes/small-disks.js";
import { createStrikes } from "./strikes/strike.js";

export interface ChaosSettings {
  readonly sandbox: Sandbox;
  readonly daemon: DockerDaemon;
  readonly seed: string;
  readonly seconds: number;
  readonly schedule: readonly ScheduledFault[];
  /** Ends the faults before their time, as a failure. */
  readonly cancel: AbortSignal;
}

export interface ChaosResult {
  readonly violations: readonly string[];
  readonly record: RunRecord;
  readonly passes: number;
  readonly convergedMs: number;
  /** What became of each fault, one line each. */
  readonly struck: readonly string[];
  /** Of all watchers, the first one first. */
  readonly logs: readonly string[];
}

/** How long a fault may outlive the schedule: a Docker that starts, a queue of watchers that end. */
const STRIKES_MS = 60_000;
const LOAD_MS = 60_000;

/** Keeps a project warm and in use while the faults of a schedule happen, and then expects that all is as it should be. */
export async function runChaos(settings: ChaosSettings): Promise<ChaosResult> {
  const { sandbox, daemon, seconds } = settings;
  const disks = mountSmallDisks(sandbox);
  const proxy = await startFaultProxy(daemon.socketPath);
  const client = createClient(socketPathIn(join(sandbox.dir, ".warm")));
  const project = await createChaosProject(sandbox);
  project.write();
  const watcher = startChaosWatcher(sandbox, proxy.socketPath, seconds + 300);
  try {
    await waitWarm(sandbox, project, watcher);
    const record = createRecord();
    const startedAt = performance.now();
    const now = () => performance.now() - startedAt;
    const foreign = createForeignObjects(sandbox);
    const settled: Settled = { sandbox, project, watcher, foreign, client, record, now };
    const strike = createStrikes({ sandbox, project, watcher, foreign, proxy, daemon, disks });
    const struck = await disturb(settings, settled, strike);
    proxy.clear();
    watcher.setClockRight();
    project.write();
    return { ...(await judge(settled)), struck };
  } finally {
    client.close();
    await watcher[Symbol.asyncDispose]();
    await proxy.stop();
    unmountSmallDisks(disks);
  }
}

async function waitWarm(sandbox: Sandbox, { templates }: ChaosProject, watcher: ChaosWatcher): Promise<void> {
  const areRunning = async () =>
    (await Promise.all(templates.map(({ container }) => isRunning(sandbox, container)))).every(Boolean);
  await eventually(areRunning, () => `it never became warm:\n${watcher.logs().join("")}`, 60_000);
}

/** @returns what became of each fault */
async function disturb(
  { seed, seconds, schedule, cancel }: ChaosSettings,
  settled: Settled,
  strike: ReturnType<typeof createStrikes>,
): Promise<string[]> {
  const { now } = settled;
  const over = new AbortController();
  const load = runLoad({ ...settled, seed, over: over.signal });
  const struck: string[] = [];
  const strikes: Promise<void>[] = [];
  for (const { atMs, fault } of schedule) {
    await sleep(Math.max(0, atMs - now()), undefined, { signal: cancel });
    const beganAt = Math.round(now());
    const told = (end: string) => struck.push(`${beganAt} ms: ${nameFault(fault)}: ${end}`);
    strikes.push(
      strike(fault).then(
        () => void told(`over at ${Math.round(now())} ms`),
        (error: Error) => void told(`missed: ${error.message}`),
      ),
    );
  }
  await sleep(Math.max(0, seconds * 1_000 - now()), undefined, { signal: cancel });
  await Promise.race([Promise.all(strikes), failAfter(STRIKES_MS, "faults go on and on")]);
  over.abort();
  await Promise.race([load, failAfter(LOAD_MS, "clients wait for ever")]);
  return struck;
}

async function failAfter(ms: number, why: string): Promise<never> {
  await sleep(ms, undefined, { ref: false });
  throw new Error(`after ${ms / 1_000} s ${why}`);
}

async function judge(settled: Settled): Promise<Omit<ChaosResult, "struck">> {
  const { sandbox, watcher, record, now } = settled;
  const settlesFrom = now();
  const unsettled = await waitConverged(settled);
  const convergedMs = now() - settlesFrom;
  const memory = checkMemory(watcher.rssSamples());
  const passes = watcher.passes();
  // A host that has not settled would only tell the same thing again, in other words.
  const end =
    unsettled.length > 0
      ? unsettled
      : [...(await withDeadline(findDamage(settled))), ...(await findBadEnd(settled))];
  const logs = watcher.logs();
  const violations = [
    ...watcher.deaths(),
    ...end,
    ...memory,
    ...checkLeases(record),
    ...checkPools(record),
    ...checkVolumes(record),
    ...checkJobs(record, readDataOf(sandbox)),
    ...checkErrors(record),
    ...logs.flatMap(checkLog),
  ];
  return { violations, record, passes, convergedMs, logs };
}
