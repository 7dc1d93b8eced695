import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sha256 } from "../../../src/model/canonical.js";
import type { JobView, ParamValue } from "../../../src/model/job.js";
import type { WarmOptions } from "../../rig/run-warm.js";
import type { PoolSettings } from "../pools/engine-project.js";
import { type KeptPool, keepPool } from "../pools/kept-pool.js";

/** A pool of the simulated game under `warm watch`, whose jobs make worlds. */
export interface KeptGame extends KeptPool {
  /** Submits a job. */
  submit(seed: string, request?: JobOptions): Promise<JobView>;
  /** Submits a job and waits for its end. */
  make(seed: string, request?: JobOptions): Promise<JobView>;
  /** Waits until the job is like that. */
  untilJob(id: string, fits: (view: JobView) => unknown): Promise<JobView>;
  /** Where a seed's result lands. */
  dirOf(seed: string): string;
  /** A file of a seed's result; undefined where there is none. */
  fileOf(seed: string, path: string): string | undefined;
}

export interface JobOptions {
  readonly params?: Readonly<Record<string, ParamValue>>;
  readonly priority?: number;
  readonly force?: boolean;
  readonly verify?: boolean;
}

export interface GameSettings extends Omit<PoolSettings, "engine"> {
  /** So many times faster than the real game; default 2000. */
  readonly scale?: number;
  /** More lines of the job, each `key: value`. */
  readonly job?: readonly string[];
  /** Default the console's. */
  readonly driver?: readonly string[];
  /** Default the world's seed in the log. */
  readonly confirm?: string;
  /** Default both folders of the pipeline. */
  readonly outputs?: readonly string[];
}

const CONSOLE = ["driver: console", 'command: "load_world {seed}"'];
const OUTPUTS = [
  'outputs: [{ from: /config/worlds_local, to: raw, require: ["*.db", "*.fwl"] }, { from: /config/world_data, to: extracted, require: [biomes.json, heightmap.json] }]',
];
const RESET =
  'reset: { steps: [{ exec: [reset-world] }], verify: { exec: [sh, -c, "test -z \\"$(ls -A /config/worlds_local)\\""] }, timeout: 10s }';

/** The lines of a pool whose jobs make worlds. */
export function gameLines({
  job = [],
  driver = CONSOLE,
  confirm = 'confirm: { log: "world seed: {seed}" }',
  outputs = OUTPUTS,
}: GameSettings = {}): string[] {
  return [
    RESET,
    "job:",
    ...[
      ...driver,
      "params: { seed: { maxLength: 65536 } }",
      'key: "{seed}"',
      confirm,
      'done: { log: "ALL EXPORTS COMPLETE" }',
      ...outputs,
      ...job,
    ].map((line) => `  ${line}`),
  ];
}

/** Starts a watcher over the pool. It is not awaited that anything is ready. */
export async function keepGame(settings: GameSettings = {}, options: WarmOptions = {}): Promise<KeptGame> {
  const {
    scale = 2000,
    lines = [],
    job: _job,
    driver: _driver,
    outputs: _outputs,
    confirm: _confirm,
    ...pool
  } = settings;
  const kept = await keepPool(
    { ...pool, image: pool.image, game: { scale }, lines: [...gameLines(settings), ...lines] },
    options,
  );
  const dirOf = (seed: string) => join(kept.sandbox.dir, "data", "seeds", sha256(seed));
  const submit = (seed: string, { params, ...request }: JobOptions = {}) =>
    kept.client.submitJob(kept.project.pool, {
      ...{ holder: "test", params: { seed, ...params } },
      ...request,
    });

  async function untilJob(id: string, fits: (view: JobView) => unknown): Promise<JobView> {
    for (
      let view = await kept.client.job(id);
      ;
      view = await kept.client.changedJob(id, view.revision, 20_000)
    ) {
      if (await fits(view)) return view;
      if (view.outcome !== undefined)
        throw new Error(`it never came to that: ${JSON.stringify(view, null, 1)}`);
    }
  }

  return Object.assign(kept, {
    submit,
    untilJob,
    dirOf,
    make: async (seed: string, request?: JobOptions) => {
      const { id } = await submit(seed, request);
      return untilJob(id, ({ outcome }) => outcome !== undefined);
    },
    fileOf(seed: string, path: string) {
      const at = join(dirOf(seed), path);
      return existsSync(at) ? readFileSync(at, "utf8") : undefined;
    },
  });
}
