import { spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { median } from "./measure.js";

/** How the bare script makes a container. */
export interface BareContainer {
  readonly name: string;
  readonly image: string;
  readonly network: string;
  readonly env?: readonly string[];
}

/** One request to jobs-bare.mjs. */
type BareRequest =
  | (BareContainer & {
      readonly work: "startPerJob";
      /** What is typed in once it has said `ready`; left out where the container's variables say all. */
      readonly line?: string;
      readonly ready?: string;
      readonly done: string;
      readonly outputs: readonly string[];
      /** Where the archives land, without the end of their names. */
      readonly to: string;
    })
  | (BareContainer & { readonly work: "keep"; readonly ready: string; readonly shell: boolean })
  | { readonly work: "tell"; readonly name: string; readonly line: string; readonly done: string };

/** Milliseconds, by the script's own clock. */
export interface BareTimes {
  readonly ms: number;
  /** Of `startPerJob`. */
  readonly steps?: {
    readonly start: number;
    readonly work: number;
    readonly take: number;
    readonly stop: number;
  };
}

/** The same work with plain Docker calls, in a process of its own; one request at a time. */
export interface Reference {
  /** @throws Error with what it wrote when it fails */
  ask(request: BareRequest): Promise<BareTimes>;
  /** Ends it; it takes its containers away. */
  close(): Promise<void>;
}

/** Where the time of a container a job went, in medians. */
export function describeSteps(times: readonly BareTimes[]): string {
  const of = (name: keyof NonNullable<BareTimes["steps"]>) =>
    median(times.map(({ steps }) => steps?.[name] ?? Number.NaN)).toFixed(0);
  return `create and start ${of("start")} ms, boot and work ${of("work")}, files taken out ${of("take")}, stop ${of("stop")}`;
}

export function startReference(socketPath: string): Reference {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, "jobs-bare.mjs")], {
    env: { PATH: process.env.PATH, DOCKER_HOST: `unix://${socketPath}` },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (chunk) => {
    errors += chunk;
  });
  // That it is gone is seen where its answers end.
  child.stdin.on("error", () => undefined);
  const closed = once(child, "close");
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(request) {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`jobs-bare.mjs failed at ${request.work}: ${errors}`);
      return JSON.parse(value) as BareTimes;
    },
    async close() {
      child.stdin.end();
      await closed;
    },
  };
}
