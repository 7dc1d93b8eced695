import { engineOf } from "../../model/engine-resource.js";
import type { FieldChange, Reason } from "../../model/plan.js";
import type { PoolResource } from "../../model/pool.js";
import type { Decided, Requests } from "../decision.js";
import type { HostIndex } from "../index-observed.js";
import { compareEngine } from "./compare-engine.js";
import type { FoundEngine } from "./find-engines.js";
import { isTooOld } from "./is-too-old.js";

/**
 * What planning makes of an engine.
 * - `out`: serves nobody, and has to go.
 * - `due`: serves, until another one stands in for it.
 * - `last-job`: leased for the last time; what stands in for it may be begun, it is left alone.
 * - `busy`: left alone, whatever is wrong with it.
 * - `starting`, `ready`: as they should be; `fields` of a ready one change in place.
 */
export type Standing =
  | ({ readonly is: "out" | "due" | "ready" } & Why)
  | { readonly is: "last-job" | "busy" | "starting" };

/** Reasons and fields of a change. */
export interface Why {
  readonly reasons: readonly Reason[];
  readonly fields: readonly FieldChange[];
}

/** An engine of a pool that is wanted, judged. */
export interface JudgedEngine extends FoundEngine {
  readonly standing: Standing;
}

/** What judging needs beside the engine. */
export interface PoolSources {
  readonly pool: PoolResource;
  readonly index: HostIndex;
  readonly decided: Decided;
  readonly requests: Requests;
}

/** Docker decides whether an engine lives, those who lease it whether it may be touched. */
export function judgeEngine(engine: FoundEngine, sources: PoolSources): Standing {
  const { container, demand } = engine;
  if (demand?.state === "draining") return out(demand.due ?? "recycle-jobs");
  if (demand?.state === "error") return out("failed");
  if (demand?.state === "starting") return { is: "starting" };
  const isNewer = demand?.isNewerThanLook === true;
  const lives = container.state === "running" || container.state === "paused";
  if (!lives && !isNewer) return out("failed");
  if (isBusy(engine)) return { is: isLastJob(engine) ? "last-job" : "busy" };
  if (demand?.due === "failed") return out("failed");
  if (!lives) return { is: "ready", reasons: [], fields: [] };
  if (container.health === "unhealthy") return out("drift-unhealthy");
  // Nobody has waited for it here; Docker's own check says that it is not there yet.
  if (demand === undefined && container.health === "starting") return { is: "starting" };
  return judgeIdle(engine, sources);
}

const out = (reason: Reason): Standing => ({ is: "out", reasons: [reason], fields: [] });

/** Whether somebody uses it, or it is being made clean after somebody has. */
export function isBusy({ demand }: FoundEngine): boolean {
  return demand?.state === "leased" || demand?.state === "resetting" || demand?.state === "verifying";
}

const isLastJob = ({ demand }: FoundEngine) => demand?.state === "leased" && demand.isLastJob;

/** Why an engine makes room for another. */
export function whyOf({ standing }: JudgedEngine): Why {
  return "reasons" in standing ? standing : { reasons: ["recycle-jobs"], fields: [] };
}

function judgeIdle(engine: FoundEngine, { pool, index, decided, requests }: PoolSources): Standing {
  const { container, demand, address, slot } = engine;
  const { fields, reasons } = compareEngine(engineOf(pool, slot), container, index, decided);
  const { ttlMs, maxJobs } = pool.policy;
  const because = new Set<Reason>();
  if (isTooOld(container, ttlMs, index.observed.observedAt)) because.add("recycle-age");
  if (maxJobs !== undefined && (demand?.jobs ?? 0) >= maxJobs) because.add("recycle-jobs");
  if (demand?.due !== undefined) because.add(demand.due);
  if (requests.replace.has(address)) because.add("requested");
  const isDue = because.size > 0 || fields.some(({ effect }) => effect === "replace");
  return { is: isDue ? "due" : "ready", reasons: [...new Set([...reasons, ...because])], fields };
}
