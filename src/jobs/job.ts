import { WarmError } from "../errors.js";
import {
  type ChunkView,
  JOB_PHASES,
  type JobOutcome,
  type JobPhase,
  type JobSpec,
  type JobState,
  type JobTimings,
  type JobView,
  type ParamValue,
} from "../model/job.js";
import { cutText } from "./cut-text.js";
import { createPhaseClock, type PhaseClock } from "./phase-clock.js";

export interface JobSettings {
  readonly id: string;
  readonly pool: string;
  readonly spec: JobSpec;
  readonly specHash: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly key: string;
  readonly hash: string;
  readonly priority: number;
  readonly holder: string;
  readonly force: boolean;
  /** Tries that were made before warm was started anew. */
  readonly earlierTries: number;
  /** ISO 8601. */
  readonly submittedAt: string;
  /** Hides the file's secrets in what an engine says. */
  readonly redact: (text: string) => string;
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly onChange?: ((view: JobView) => void) | undefined;
}

interface Part {
  state: JobState;
  engine: string | undefined;
  attempt: number;
}

const ORDER: readonly JobState[] = [...JOB_PHASES, "done"];
/** A talkative engine is not worth a change for each of its lines. */
const LINES_EVERY_MS = 100;
const LONGEST_LINE = 1_000;
const KEPT_LINES = 20;

/** One job, from its submission to its end: what it is at, and who waits for it. */
export class Job {
  readonly #settings: JobSettings;
  readonly #parts: readonly Part[];
  readonly #clock: PhaseClock;
  readonly #cancel = new AbortController();
  readonly #failures: string[] = [];
  readonly #waiters = new Set<() => void>();
  #revision = 1;
  #state: JobState = "queued";
  #since: string;
  #lastLine: string | undefined;
  readonly #lines: string[] = [];
  #lineTimer: NodeJS.Timeout | undefined;
  #outcome: JobOutcome | undefined;
  #askers = 1;

  constructor(settings: JobSettings) {
    this.#settings = settings;
    this.#since = settings.submittedAt;
    this.#clock = createPhaseClock(settings.nowMs);
    const part = (): Part => ({ state: "queued", engine: undefined, attempt: settings.earlierTries });
    this.#parts = Array.from({ length: settings.spec.chunks?.count ?? 1 }, part);
  }

  get id() {
    return this.#settings.id;
  }
  get pool() {
    return this.#settings.pool;
  }
  get spec() {
    return this.#settings.spec;
  }
  get specHash() {
    return this.#settings.specHash;
  }
  get params() {
    return this.#settings.params;
  }
  get key() {
    return this.#settings.key;
  }
  get hash() {
    return this.#settings.hash;
  }
  get priority() {
    return this.#settings.priority;
  }
  get holder() {
    return this.#settings.holder;
  }
  get force() {
    return this.#settings.force;
  }
  get earlierTries() {
    return this.#settings.earlierTries;
  }
  get submittedAt() {
    return this.#settings.submittedAt;
  }
  /** Fires with a WarmError. */
  get cancelled(): AbortSignal {
    return this.#cancel.signal;
  }
  get isOver(): boolean {
    return this.#outcome !== undefined;
  }
  /** Of the part that needed most. */
  get tries(): number {
    return Math.max(...this.#parts.map(({ attempt }) => attempt));
  }

  /** An equal job was asked for. */
  join(): void {
    this.#askers += 1;
    this.#changed();
  }

  /** One of those who asked takes it back. */
  leave(): void {
    if (this.isOver) return;
    this.#askers = Math.max(0, this.#askers - 1);
    this.#changed();
    if (this.#askers === 0) this.stop(new WarmError("interrupted", "the job was cancelled"));
  }

  stop(why: WarmError): void {
    if (!this.#cancel.signal.aborted) this.#cancel.abort(why);
  }

  beginTry(part: number, attempt: number, engine: string): void {
    Object.assign(this.#part(part), { attempt, engine });
    this.#changed();
  }

  failTry(message: string): void {
    this.#failures.push(this.told(message, LONGEST_LINE));
    this.#changed();
  }

  enterPart(part: number, state: JobState): void {
    this.#part(part).state = state;
    // Parts that are done wait for the others.
    const slowest = Math.min(...this.#parts.map((one) => ORDER.indexOf(one.state)));
    const furthest = ORDER.indexOf("exporting");
    this.enter(ORDER[Math.min(slowest, furthest)] as JobPhase);
  }

  enter(phase: JobPhase): void {
    if (this.isOver) return;
    this.#clock.enter(phase);
    if (this.#state !== phase) this.#since = new Date(this.#settings.wallMs()).toISOString();
    this.#state = phase;
    this.#changed();
  }

  /** The engine, or a command on the host, wrote a line. */
  say(line: string): void {
    this.#lastLine = this.told(line, LONGEST_LINE);
    this.#lines.push(this.#lastLine);
    if (this.#lines.length > KEPT_LINES) this.#lines.shift();
    this.#lineTimer ??= setTimeout(() => {
      this.#lineTimer = undefined;
      if (!this.isOver) this.#changed();
    }, LINES_EVERY_MS).unref();
  }

  /** What is shown, and kept, of a text: no secret, and the beginning. */
  told(text: string, most: number): string {
    // Cut before too: a line may be endless.
    return cutText(this.#settings.redact(cutText(text, 8 * most)), most);
  }

  /** Oldest first. */
  lastLines(): readonly string[] {
    return [...this.#lines];
  }

  timings(): JobTimings {
    return this.#clock.timings();
  }

  end(outcome: Omit<JobOutcome, "timings">, state: "done" | "failed" | "cancelled"): void {
    clearTimeout(this.#lineTimer);
    this.#clock.stop();
    this.#outcome = { ...outcome, timings: this.#clock.timings() };
    this.#state = state;
    this.#since = new Date(this.#settings.wallMs()).toISOString();
    this.#changed();
  }

  /** Waits for a revision after this one, or the end, or the time-out. */
  async changed(after: number, waitMs: number, cancel?: AbortSignal): Promise<void> {
    if (this.#revision > after || this.isOver) return;
    let timer: NodeJS.Timeout | undefined;
    let settle = () => {};
    await new Promise<void>((resolve) => {
      settle = () => resolve();
      this.#waiters.add(settle);
      timer = setTimeout(settle, waitMs);
      cancel?.addEventListener("abort", settle, { once: true });
    });
    clearTimeout(timer);
    this.#waiters.delete(settle);
    cancel?.removeEventListener("abort", settle);
    if (cancel?.aborted) throw new WarmError("interrupted", "the caller went away");
  }

  view(): JobView {
    const { id, pool, spec, params, key, hash, priority, submittedAt } = this.#settings;
    const [first] = this.#parts;
    const chunks = this.#parts.map(
      ({ state, engine, attempt }, number): ChunkView => ({ number, state, engine, attempt }),
    );
    return {
      ...{ id, pool, params, key, hash, priority, submittedAt },
      revision: this.#revision,
      state: this.#state,
      since: this.#since,
      attempt: this.tries,
      maxAttempts: spec.retries + 1,
      engine: spec.chunks === undefined ? first?.engine : undefined,
      lastLine: this.#lastLine,
      failures: [...this.#failures],
      chunks: spec.chunks === undefined ? [] : chunks,
      askers: this.#askers,
      outcome: this.#outcome,
    };
  }

  #part(number: number): Part {
    const part = this.#parts[number];
    if (part === undefined) throw new WarmError("internal", `job ${this.id} has no part ${number}`);
    return part;
  }

  #changed(): void {
    this.#revision += 1;
    this.#settings.onChange?.(this.view());
    for (const settle of [...this.#waiters]) settle();
  }
}
