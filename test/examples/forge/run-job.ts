import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Context, evaluate, fillIn, type Job } from "./workflow.js";

export interface JobRun {
  /** What ran, with exit codes; a step that was passed over is not in it. */
  readonly steps: readonly { readonly name: string; readonly code: number }[];
  readonly isFailed: boolean;
  /** Of all steps, as the log shows it. */
  readonly log: string;
  readonly summary: string;
  readonly outputs: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

export interface JobSettings {
  /** The checkout: the working directory. */
  readonly dir: string;
  readonly context: Context;
  /** What a runner's environment has: PATH, and GITHUB_ variables. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of steps that are passed over. */
  readonly without?: readonly string[];
}

/**
 * Runs the shell steps of a job as the runner does: taken out of the file as they stand, with bash, each with the
 * environment that the file gives it, outputs and summary in files. Steps that are actions are left out.
 */
export async function runJob(job: Job, { dir, context, env, without = [] }: JobSettings): Promise<JobRun> {
  const folder = mkdtempSync(join(dir, "..", "runner-"));
  const [output, summary, state] = ["output", "summary", "env"].map((name) => join(folder, name));
  if (!output || !summary || !state) throw new Error("no folder for the runner");
  for (const file of [summary, state]) writeFileSync(file, "");
  const steps: { name: string; code: number }[] = [];
  const outputs: Record<string, Record<string, string>> = {};
  let log = "";
  let isFailed = false;
  for (const step of job.steps) {
    const known = { ...context, steps: asSteps(outputs) };
    const condition = step.if?.replace(/^\$\{\{(.*)\}\}$/s, "$1").trim();
    // Without a word on failures a step stands under success().
    const isDue = condition === undefined ? !isFailed : evaluate(condition, known) === true;
    if (step.run === undefined || !isDue || without.includes(step.name ?? "")) continue;
    writeFileSync(output, "");
    const given = { ...job.env, ...step.env };
    const filled = Object.entries(given).map(([key, value]) => [key, fillIn(String(value), known)]);
    const runner = { GITHUB_OUTPUT: output, GITHUB_STEP_SUMMARY: summary, GITHUB_ENV: state };
    const script = join(folder, "step.sh");
    writeFileSync(script, fillIn(step.run, known));
    const ended = await bash(["-e", script], dir, { ...env, ...runner, ...Object.fromEntries(filled) });
    log += ended.output;
    steps.push({ name: step.name ?? step.run, code: ended.code });
    if (ended.code !== 0) isFailed = true;
    if (step.id !== undefined) outputs[step.id] = readOutputs(output);
  }
  return { steps, isFailed, log, summary: readFileSync(summary, "utf8"), outputs };
}

const asSteps = (outputs: Readonly<Record<string, Readonly<Record<string, string>>>>) =>
  Object.fromEntries(Object.entries(outputs).map(([id, own]) => [id, { outputs: own }]));

function readOutputs(file: string): Record<string, string> {
  const lines = readFileSync(file, "utf8").split("\n").filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.split("=")[0], line.slice(line.indexOf("=") + 1)]));
}

/** Both streams in one, as they came. */
export function bash(
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", ["--noprofile", "--norc", ...args], { cwd, env: { ...env } });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
      });
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, output }));
    child.stdin.end();
  });
}
