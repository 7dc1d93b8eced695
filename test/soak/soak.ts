import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "../rig/sandbox.js";
import { eventually, isRunning } from "../scenarios/watch/watched-project.js";
import { checkLog, checkMemory, checkServing, checkStop, type Memory, waitConverged } from "./check-end.js";
import { createDamages, type Damage } from "./damage.js";
import { createForeignObjects } from "./foreign-objects.js";
import { createRandom, type Random } from "./random.js";
import { createSoakProject, type SoakProject } from "./soak-project.js";
import { type SoakedWatcher, startSoakedWatcher } from "./soaked-watcher.js";

export interface SoakSettings {
  readonly sandbox: Sandbox;
  readonly seconds: number;
  readonly seed: string;
  /** Takes a line on how it goes, every 30 s. */
  readonly report: (line: string) => void;
  /** Ends it before its time, as a failure. */
  readonly cancel?: AbortSignal;
}

export interface SoakSummary {
  readonly damages: number;
  /** What Docker refused: the object was just being made anew. */
  readonly refused: number;
  readonly byKind: Readonly<Record<string, number>>;
  readonly convergedMs: number;
  readonly memory: Memory | undefined;
  readonly passes: number;
}

const REPORT_SECONDS = 30;
/** When the watcher is killed, as parts of the time: late enough to be at work, early enough to measure the last one. */
const REPLACED_AT = [0.15, 0.4];
const REPLACED_AFTER_MS = 400;
/** A lock outlives its holder by 30 s: in a shorter time nothing would be healed any more. */
const REPLACED_FROM_SECONDS = 240;
const LAST_LINES = 50;

/**
 * Starts `warm watch`, does one random damage a second, and expects that in the end all is as it should be, nothing is
 * left over and the watcher needs no more memory than before.
 * @throws Error with the seed and the end of the log
 */
export async function runSoak(settings: SoakSettings): Promise<SoakSummary> {
  const { sandbox, seconds, seed } = settings;
  const project = await createSoakProject(sandbox);
  project.write();
  await using watcher = startSoakedWatcher(sandbox, seconds + 300);
  try {
    return await soak(settings, project, watcher);
  } catch (error) {
    // Passes that found nothing to do would be all that is left of a failure a minute ago.
    const lines = watcher.log().trimEnd().split("\n");
    const told = lines.filter((line) => !line.includes('"planned":0,')).slice(-LAST_LINES);
    const replay = `seed ${seed}: WARM_SOAK_SEED=${seed} makes the same damage again`;
    const { message } = error as Error;
    throw new Error(`${message}\n${replay}\nThe end of the log, idle passes left out:\n${told.join("\n")}`, {
      cause: error,
    });
  }
}

async function soak(
  settings: SoakSettings,
  project: SoakProject,
  watcher: SoakedWatcher,
): Promise<SoakSummary> {
  const { sandbox } = settings;
  const foreign = createForeignObjects(sandbox);
  const random = createRandom(settings.seed);
  await eventually(
    async () =>
      (await Promise.all(project.templates.map(({ container }) => isRunning(sandbox, container)))).every(
        Boolean,
      ),
    () => "it never became warm",
  );
  const tally = createTally();
  const nextDamage = createDamages({ sandbox, project, foreign, watcher, random });
  await damageEachSecond(settings, { watcher, tally, random, nextDamage });
  project.write();
  const convergedMs = await waitConverged(sandbox, project, foreign);
  await checkServing(sandbox, project, foreign);
  const passes = watcher.passes();
  const memory = checkMemory(watcher.rssSamples());
  await checkStop(sandbox, watcher);
  checkLog(watcher.log());
  return { ...tally, convergedMs, memory, passes };
}

const createTally = () => ({ damages: 0, refused: 0, byKind: {} as Record<string, number> });
type Tally = ReturnType<typeof createTally>;

interface Soaking {
  readonly watcher: SoakedWatcher;
  readonly tally: Tally;
  readonly random: Random;
  readonly nextDamage: () => Damage;
}

async function damageEachSecond(
  { seconds, report, cancel }: SoakSettings,
  { watcher, tally, random, nextDamage }: Soaking,
): Promise<void> {
  const startedAt = Date.now();
  const replacedAt =
    seconds < REPLACED_FROM_SECONDS ? [] : REPLACED_AT.map((part) => Math.round(part * seconds));
  for (let second = 1; second <= seconds; second += 1) {
    await sleep(Math.max(0, startedAt + second * 1_000 - Date.now()));
    cancel?.throwIfAborted();
    watcher.expectAlive();
    await strike(nextDamage(), tally);
    if (replacedAt.includes(second)) {
      // In the midst of its work, more often than not.
      await sleep(random.below(REPLACED_AFTER_MS));
      await watcher.replace();
      report(`${second} s: the watcher was killed, a new one started`);
    }
    if (second % REPORT_SECONDS === 0) report(formatProgress(second, tally, watcher));
  }
}

async function strike(damage: Damage, tally: Tally): Promise<void> {
  tally.damages += 1;
  tally.byKind[damage.kind] = (tally.byKind[damage.kind] ?? 0) + 1;
  try {
    await damage.strike();
  } catch (error) {
    // Docker's own refusals have a status code. Without one nothing can be said of what was done.
    if ((error as { statusCode?: number }).statusCode === undefined) throw error;
    tally.refused += 1;
  }
}

function formatProgress(second: number, { damages, refused }: Tally, watcher: SoakedWatcher): string {
  const rss = watcher.rss()?.toFixed(1) ?? "?";
  return `${second} s: ${damages} damages (${refused} refused), RSS ${rss} MB, ${watcher.passes()} passes`;
}

/** What came of it, for people. */
export function formatSummary({
  damages,
  refused,
  byKind,
  convergedMs,
  memory,
  passes,
}: SoakSummary): string {
  const kinds = Object.entries(byKind).map(([kind, count]) => `${kind} ${count}`);
  const rss =
    memory === undefined
      ? "memory not measured"
      : `RSS ${memory.before.toFixed(1)} MB, then ${memory.after.toFixed(1)} MB`;
  return `converged ${(convergedMs / 1_000).toFixed(1)} s after ${damages} damages (${refused} refused); ${rss}; ${passes} passes\n${kinds.join(", ")}`;
}
