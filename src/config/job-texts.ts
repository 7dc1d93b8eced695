import { pointerTo } from "./file/positions.js";
import type { DraftEngine } from "./normalize/raw-config.js";

/** A text of a job in which `{param}` stands for a parameter. */
export interface JobText {
  /** Below the job. */
  readonly pointer: string;
  readonly text: string;
  /** engine: sent to it or read from it · host: of a command on warm's host · key: what makes jobs equal. */
  readonly place: "engine" | "host" | "key";
}

type DraftJob = NonNullable<DraftEngine["job"]>;
type DraftWitness = NonNullable<DraftJob["done"]>;

/** All of them, in the order of the schema. */
export function* textsOfJob(job: DraftJob): Generator<JobText> {
  yield* textsOfCommand("/command", job.command, "engine");
  for (const [name, text = ""] of Object.entries(job.env ?? {}))
    yield { pointer: pointerTo("env", name), text, place: "engine" };
  if (job.key !== undefined) yield { pointer: "/key", text: job.key, place: "key" };
  yield* textsOfWitness("/confirm", job.confirm);
  yield* textsOfWitness("/done", job.done);
  for (const [index, output] of (job.outputs ?? []).entries()) {
    const base = pointerTo("outputs", index);
    if (output.from !== undefined) yield { pointer: `${base}/from`, text: output.from, place: "engine" };
    for (const [item, text] of (output.require ?? []).entries())
      yield { pointer: `${base}/require/${item}`, text, place: "engine" };
    yield* textsOfWitness(`${base}/ready`, output.ready);
  }
  for (const [index, { exec }] of (job.post ?? []).entries())
    yield* textsOfCommand(`${pointerTo("post", index)}/exec`, exec, "host");
  yield* textsOfCommand("/merge/exec", job.merge?.exec, "host");
}

function* textsOfCommand(
  pointer: string,
  command: string | readonly (string | undefined)[] | undefined,
  place: JobText["place"],
): Generator<JobText> {
  if (typeof command === "string") yield { pointer, text: command, place };
  else
    for (const [index, text = ""] of (command ?? []).entries())
      yield { pointer: `${pointer}/${index}`, text, place };
}

function* textsOfWitness(pointer: string, { log, file }: DraftWitness = {}): Generator<JobText> {
  if (log !== undefined) yield { pointer: `${pointer}/log`, text: log, place: "engine" };
  if (file?.path !== undefined) yield { pointer: `${pointer}/file/path`, text: file.path, place: "engine" };
  if (file?.contains !== undefined)
    yield { pointer: `${pointer}/file/contains`, text: file.contains, place: "engine" };
}
