import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Jobs } from "../../src/jobs/jobs.js";
import type { JobView } from "../../src/model/job.js";
import { type RunningServer, startServer } from "../../src/server/listen/start-server.js";
import { createFakeTerminal } from "../report/fake-terminal.js";
import { failure } from "../report/job-ends.js";
import { startWarm } from "../rig/run-warm.js";
import type { Sandbox } from "../rig/sandbox.js";
import { createMemoryJobs, type MemoryJobs } from "../server/memory-jobs.js";
import { createMemoryPools } from "../server/memory-pools.js";
import { createMemoryServed } from "../server/memory-served.js";
import { until } from "../server/served-pools.js";
import { CTRL_C, hasTerminals, runOnTerminal } from "./on-terminal.js";

const log = { debug() {}, info() {}, warn() {}, error() {} };

/** The built command line beside a server over jobs in memory. */
let directory: string;
let jobs: MemoryJobs;
let server: RunningServer;
const socketPath = () => join(directory, ".warm", "warm.sock");

const serve = async (served: Jobs) => {
  const pools = createMemoryPools();
  server = await startServer({
    served: createMemoryServed({ pools, jobs: served }),
    socketPath: socketPath(),
    log,
    graceMs: 100,
  });
};
const serveAnew = async (served: Jobs) => {
  await server.close();
  await serve(served);
};
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "warm-run-"));
  mkdirSync(join(directory, ".warm"));
  jobs = createMemoryJobs();
  await serve(jobs);
});
afterEach(async () => {
  await server.close();
  rmSync(directory, { recursive: true, force: true });
});

const start = (args: readonly string[], input = "") =>
  startWarm(args, directory, { env: { HOME: directory }, timeoutMs: 20_000, input });
const warm = (args: readonly string[], input?: string) => start(args, input).result;
const write = (name: string, text: string) => writeFileSync(join(directory, name), text);

/** Each job is done soon after it was begun; a key of `bad` fails. */
function finishAll(): void {
  jobs.onBegun(({ id, key }) => {
    setTimeout(() => {
      jobs.advance(id, { state: "generating", attempt: 1, engine: "engine.valheim/1" });
      jobs.finish(id, key === "bad" ? failure() : {});
    }, 20);
  });
}

describe("warm run", () => {
  it("tells each phase, then where the data is", async () => {
    const run = start(["run", "valheim", "seed=MySeed", "--priority", "5", "--holder", "ci", "--force"]);
    await until(() => jobs.waiting() === 1);
    expect(jobs.requests).toEqual([
      { params: { seed: "MySeed" }, holder: "ci", priority: 5, force: true, verify: undefined },
    ]);
    jobs.advance("job-1", { state: "loading", attempt: 1, engine: "engine.valheim/1" });
    await until(() => run.output.stderr.includes("loading"));
    jobs.finish("job-1");
    const { code, stdout, stderr } = await run.result;
    const hash = createHash("sha256").update("MySeed").digest("hex");
    expect(code).toBe(0);
    expect(stdout).toBe(
      `Done in 1.9s: /data/seeds/${hash} (5 files, 4.2 MB; waited 16ms, loaded 0.3s, generated 1.2s, exported 0.3s, processed 0.1s)\n`,
    );
    expect(stderr).toBe("valheim MySeed: queued (job-1)\nvalheim MySeed: loading (valheim/1)\n");
  });

  it("says when the result was there", async () => {
    finishAll();
    await warm(["run", "valheim", "seed=a"]);
    const { code, stdout, stderr } = await warm(["run", "valheim", "seed=a"]);
    expect([code, stderr, stdout.startsWith("Cached: /data/seeds/")]).toEqual([0, "", true]);
  });

  it("exits 1 with the reason when the job fails", async () => {
    finishAll();
    const { code, stdout, stderr } = await warm(["run", "valheim", "seed=bad"]);
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("error: the job failed after 1.9s: the engine died");
  });

  it("prints a line of JSON and nothing else, also of a failure", async () => {
    finishAll();
    const done = await warm(["run", "valheim", "seed=a", "--json"]);
    const failed = await warm(["run", "valheim", "seed=bad", "--json"]);
    expect([done.code, done.stderr, failed.code, failed.stderr]).toEqual([0, "", 1, ""]);
    expect(JSON.parse(done.stdout)).toMatchObject({ format: "warm.job/1", success: true, seed: "a" });
    expect(JSON.parse(failed.stdout)).toMatchObject({ success: false, error: { code: "engine-failed" } });
  });

  it.each([
    ["a path and a command", "../../etc/passwd; $(reboot)"],
    ["nothing", ""],
    ["a leading dash", "-x"],
    ["an equals sign", "a=b"],
    ["two lines", "two\nlines"],
    ["unicode", "\u{1f30b} þ"],
    ["64 KiB", "x".repeat(65_536)],
  ])("takes a seed of %s as it stands", async (_name, seed) => {
    finishAll();
    const { code, stdout } = await warm(["run", "valheim", `seed=${seed}`, "--json"]);
    const seed_hash = createHash("sha256").update(seed).digest("hex");
    expect([code, JSON.parse(stdout)]).toEqual([0, expect.objectContaining({ seed, seed_hash })]);
  });

  it("is a usage error with what is wrong, here and in the watcher", async () => {
    const here = await warm(["run", "valheim", "MySeed"]);
    expect([here.code, here.stderr]).toEqual([64, expect.stringContaining("MySeed: is not `name=value`")]);
    const there = await warm(["run", "valheim", "sead=a"]);
    expect(there.code).toBe(64);
    expect(there.stderr).toBe("error: params.sead: unknown parameter; params.seed: has to be given\n");
    expect((await warm(["run", "nope", "seed=a"])).stderr).toContain("there is no pool nope");
    expect((await warm(["run", "valheim", "--detach", "--json"])).code).toBe(64);
    expect((await warm(["run", "valheim", "--each-param", "seed"])).code).toBe(64);
  });

  it("says when no watcher runs", async () => {
    const { code, stderr } = await warm(["run", "valheim", "seed=a", "--state-dir", "elsewhere"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("is `warm watch` running?")]);
  });

  it("with --detach prints the id and leaves the job alone", async () => {
    const { code, stdout } = await warm(["run", "valheim", "seed=a", "--detach"]);
    expect([code, stdout, jobs.get("job-1").askers]).toEqual([0, "job-1\n", 1]);
  });
});

describe("an interrupted run", () => {
  it("cancels the job, waits for its end and exits 130", async () => {
    const run = start(["run", "valheim", "seed=a"]);
    await until(() => jobs.waiting() === 1);
    run.child.kill("SIGINT");
    const { code, stderr } = await run.result;
    expect([code, jobs.get("job-1").state]).toEqual([130, "cancelled"]);
    expect(stderr).toContain("Once more leaves at once.\n");
    expect(stderr).toMatch(/Cancelled after 1\.9s\.\n$/);
  });

  it("leaves a job that others asked for too", async () => {
    const run = start(["run", "valheim", "seed=a"]);
    await until(() => jobs.waiting() === 1);
    await jobs.submit("valheim", { params: { seed: "a" }, holder: "other" });
    run.child.kill("SIGTERM");
    const { code, stderr } = await run.result;
    expect([code, jobs.get("job-1").outcome, jobs.get("job-1").askers]).toEqual([143, undefined, 1]);
    expect(stderr).toContain("Job job-1 goes on: others asked for it too.");
  });

  it("leaves at once the second time", async () => {
    await serveAnew({ ...jobs, cancel: () => new Promise<JobView>(() => undefined) });
    const run = start(["run", "valheim", "seed=a"]);
    await until(() => jobs.waiting() === 1);
    run.child.kill("SIGINT");
    await until(() => run.output.stderr.includes("Once more"));
    const startedAt = performance.now();
    run.child.kill("SIGINT");
    expect((await run.result).code).toBe(130);
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});

describe("a watcher that goes away", () => {
  it("and comes back is asked how the job stands, whatever revisions it counts", async () => {
    const run = start(["run", "valheim", "seed=a"]);
    await until(() => jobs.waiting() === 1);
    for (let count = 0; count < 9; count += 1) jobs.advance("job-1", {});
    await server.close();
    const after = createMemoryJobs();
    await after.submit("valheim", { params: { seed: "a" }, holder: "recovered" });
    await until(() => run.output.stderr.includes("trying again"));
    await serve(after);
    await until(() => after.waiting() === 1);
    after.finish("job-1");
    const { code, stdout, stderr } = await run.result;
    expect([code, stdout.startsWith("Done in")]).toEqual([0, true]);
    expect(stderr.match(/trying again/g)).toHaveLength(1);
  });

  it("for good ends the wait with how to look later", async () => {
    const run = start(["run", "valheim", "seed=a"]);
    await until(() => jobs.waiting() === 1);
    await server.close();
    const { code, stderr, ms } = await run.result;
    expect([code, ms < 15_000]).toEqual([1, true]);
    expect(stderr).toContain("error: the watcher went away while job job-1 was under way");
    expect(stderr).toContain("`warm jobs` shows how it stands");
  });
});

describe("warm run --each", () => {
  const args = (...more: string[]) => [
    "run",
    "valheim",
    "--each",
    "seeds.txt",
    "--each-param",
    "seed",
    ...more,
  ];

  it("runs a job for each line and ends with a table in the order of the file", async () => {
    finishAll();
    write("seeds.txt", "alpha\r\n\nbad\nbeta\ngamma\n");
    const { code, stdout, stderr } = await warm(args());
    expect(code).toBe(1);
    const rows = stdout.split("\n").map((line) => line.split(/\s+/).slice(0, 2).join(" "));
    expect(rows.slice(1, 5)).toEqual(["alpha done", "bad failed", "beta done", "gamma done"]);
    expect(stdout).toMatch(/\n3 done, 1 failed of 4 in [\d.]+m?s\.\n$/);
    expect(stderr).toMatch(/^seeds.txt: 1 empty line skipped\.\n/);
    expect(stderr).toMatch(/\d\/4 bad: failed in 1\.9s: the engine died\n/);
  });

  it("waits for room in the queue and loses no job", async () => {
    jobs = createMemoryJobs({ queue: 2 });
    await serveAnew(jobs);
    finishAll();
    const seeds = Array.from({ length: 6 }, (_, index) => `seed-${index}`);
    const { code, stdout } = await warm(args("--json").with(3, "-"), seeds.join("\n"));
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect([code, results.map(({ seed }) => seed).sort()]).toEqual([0, seeds]);
  });

  it("asks for 300 jobs in the order of the file, and each has one result", async () => {
    const seeds = Array.from({ length: 300 }, (_, index) => `seed-${index}`);
    write("seeds.txt", seeds.join("\n"));
    jobs = createMemoryJobs({ queue: 1_000 });
    await serveAnew(jobs);
    finishAll();
    const { code, stdout } = await warm(args("--json"));
    expect(code).toBe(0);
    expect(jobs.requests.map(({ params }) => params.seed)).toEqual(seeds);
    const results = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(new Set(results.map(({ job_id }) => job_id)).size).toBe(300);
  });

  it("goes on after a job that is refused, and says which", async () => {
    finishAll();
    write("seeds.jsonl", '{"seed":"a"}\n{"sead":"b"}\n{"seed":"c"}\n');
    const { code, stdout } = await warm(["run", "valheim", "--each", "seeds.jsonl"]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/\nb {2,}refused .*params\.sead: unknown parameter/);
    expect(stdout).toContain("2 done, 1 failed of 3");
  });

  it("takes the parameter from the file when one has to be given, and says when that is not clear", async () => {
    finishAll();
    const params = (more: string) =>
      `{ seed: { type: string }, flat: { type: boolean, default: false }${more} }`;
    const declare = (more = "") =>
      write(
        "warm.yaml",
        `version: 1
project: p
engines:
  valheim:
    image: a:1
    size: 1
    ready: { log: up }
    job:
      driver: console
      command: "load {seed}"
      key: "{seed}"
      params: ${params(more)}
      done: { log: done }
      outputs: [{ from: /out, to: raw }]
`,
      );
    write("seeds.txt", "a\n");
    declare();
    const clear = await warm(["run", "valheim", "--each", "seeds.txt"]);
    expect([clear.code, clear.stderr]).toEqual([0, "1/1 a: done in 1.9s\n"]);
    expect(jobs.requests[0]?.params).toEqual({ seed: "a" });
    declare(", size: { type: integer }");
    const unclear = await warm(["run", "valheim", "--each", "seeds.txt"]);
    expect(unclear.code).toBe(64);
    expect(unclear.stderr).toContain("seed, size all have to be given");
  });

  it("names file and line of what is wrong before any job is asked for", async () => {
    write("seeds.jsonl", '{"seed":"a"}\n{"seed":\n');
    const { code, stderr } = await warm(["run", "valheim", "--each", "seeds.jsonl"]);
    expect([code, jobs.requests]).toEqual([64, []]);
    expect(stderr).toContain("seeds.jsonl:2: is no JSON");
  });

  it("cancels what is under way when it is interrupted, and asks for no more", async () => {
    jobs = createMemoryJobs({ queue: 2 });
    await serveAnew(jobs);
    write("seeds.txt", "a\nb\nc\nd\n");
    const run = start(args());
    await until(() => jobs.waiting() === 2);
    run.child.kill("SIGINT");
    const { code, stdout } = await run.result;
    expect([code, jobs.list().map(({ state }) => state)]).toEqual([130, ["cancelled", "cancelled"]]);
    expect(stdout).toContain("0 done, 2 cancelled, 2 not begun of 4");
  });

  it("with --detach prints an id a line", async () => {
    write("seeds.txt", "a\nb\n");
    const { code, stdout } = await warm(args("--detach"));
    expect([code, stdout]).toEqual([0, "job-1\njob-2\n"]);
  });
});

describe("warm jobs and warm cancel", () => {
  it("list what there is, and take a job back", async () => {
    await jobs.submit("valheim", { params: { seed: "a" }, holder: "x" });
    await jobs.submit("valheim", { params: { seed: "a" }, holder: "y" });
    const { stdout } = await warm(["jobs", "valheim"]);
    expect(stdout).toMatch(/^JOB .*\njob-1 {2}valheim {2}queued /);
    expect(JSON.parse((await warm(["jobs", "--json"])).stdout)).toMatchObject({ jobs: [{ id: "job-1" }] });
    expect((await warm(["cancel", "job-1"])).stdout).toBe(
      "Job job-1 goes on for 1 other who asked for it.\n",
    );
    expect((await warm(["cancel", "job-1"])).stdout).toBe("Job job-1 is cancelled.\n");
    expect((await warm(["cancel", "nope"])).stderr).toBe("error: there is no job nope\n");
    expect((await warm(["jobs", "nope"])).stderr).toContain("there is no pool nope");
  });
});

describe.skipIf(!hasTerminals)("on a terminal", () => {
  const onTerminal = (args: readonly string[]) =>
    runOnTerminal({ dir: directory, socketPath: "" } as unknown as Sandbox, args);

  it("shows phase and last line while it runs, and leaves the last line alone", async () => {
    const run = onTerminal(["run", "valheim", "seed=MySeed"]);
    await until(() => jobs.waiting() === 1);
    const lastLine = `\u001b[2Jregion 4 ${"x".repeat(500)}`;
    jobs.advance("job-1", { state: "generating", attempt: 1, engine: "engine.valheim/1", lastLine });
    await run.shows("\\x1b[2Jregion 4");
    jobs.finish("job-1");
    expect(await run.end()).toBe(0);
    const terminal = createFakeTerminal({ columns: 100, rows: 30 });
    terminal.write(run.screen().replaceAll("\r\n", "\n"));
    const lines = terminal.lines().join("").replaceAll(/\s/g, "");
    expect(lines).toMatch(/^Donein1\.9s:.*processed0\.1s\)$/);
    expect(terminal.isCursorVisible()).toBe(true);
  });

  it("is cancelled with Ctrl-C and gives the cursor back", async () => {
    const run = onTerminal(["run", "valheim", "seed=MySeed"]);
    await until(() => jobs.waiting() === 1);
    await run.shows("MySeed");
    run.press(CTRL_C);
    expect(await run.end()).toBe(130);
    expect(jobs.get("job-1").state).toBe("cancelled");
    expect(run.screen().lastIndexOf("\u001b[?25h")).toBeGreaterThan(run.screen().lastIndexOf("\u001b[?25l"));
  });
});
