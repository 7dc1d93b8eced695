import type { Pause } from "../../model/daemon-status.js";
import type { StateDirectory } from "./state-directory.js";

/** `pause.json`: somebody wants the watcher to leave the host alone. It outlives the watcher. */
export async function readPause(state: StateDirectory, nowMs: number): Promise<Pause | undefined> {
  const value = (await state.read("pause.json")) as Partial<Pause> | null | undefined;
  if (value === undefined) return undefined;
  const { since, until, reason, who } = value ?? {};
  const endMs = typeof until === "string" ? Date.parse(until) : Number.NaN;
  if (endMs <= nowMs) return undefined;
  // A file that is broken still says that somebody asked for quiet.
  return {
    since: toText(since) || new Date(nowMs).toISOString(),
    reason: toText(reason),
    who: toText(who) || "somebody",
    ...(Number.isNaN(endMs) ? {} : { until: new Date(endMs).toISOString() }),
  };
}

const toText = (value: unknown) => (typeof value === "string" ? value : "");

export const writePause = (state: StateDirectory, pause: Pause) => state.write("pause.json", pause);
export const removePause = (state: StateDirectory) => state.remove("pause.json");

/** `resume.json`: a word to a running watcher, taken once. */
export interface ResumeOrder {
  readonly at: string;
  /** Whether the next pass may delete more than half of what is ours. */
  readonly allowsDeletes: boolean;
}

export const writeResume = (state: StateDirectory, order: ResumeOrder) => state.write("resume.json", order);

/** An order is for whoever runs when it is given, not for a watcher of next week. */
const ORDER_MS = 60_000;

/** An order is taken by removing it: it holds for one watcher, once. */
export async function takeResume(state: StateDirectory, nowMs: number): Promise<ResumeOrder | undefined> {
  const value = (await state.read("resume.json")) as Partial<ResumeOrder> | null | undefined;
  if (value === undefined) return undefined;
  // One that cannot be taken would be taken again and again.
  const isTaken = await state.remove("resume.json").then(
    () => true,
    () => false,
  );
  if (!isTaken) return undefined;
  if (!(Date.parse(value?.at ?? "") > nowMs - ORDER_MS)) return undefined;
  return { at: value?.at ?? "", allowsDeletes: value?.allowsDeletes === true };
}
