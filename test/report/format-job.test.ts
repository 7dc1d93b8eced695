import { describe, expect, it } from "vitest";
import type { JobView } from "../../src/model/job.js";
import { formatJobSteps, formatKey } from "../../src/report/format-job.js";
import { formatBatchHead, formatJobBatch, tallyJobs } from "../../src/report/format-job-batch.js";
import { formatJobEnd } from "../../src/report/format-job-end.js";
import { formatJobResult } from "../../src/report/format-job-result.js";
import { formatJobs, formatJobsJson } from "../../src/report/format-jobs.js";
import { displayWidth } from "../../src/report/text/text-width.js";
import { buildTimings, buildView } from "../server/job-builders.js";
import { plain } from "./builders.js";
import { buildEnd, buildFinished, failure, refused } from "./job-ends.js";

const NOW = new Date("2026-03-01T12:00:12.000Z");
const WIDE = Number.POSITIVE_INFINITY;

describe("the last words on a job", () => {
  it("say where its data is and how long each phase took", () => {
    expect(formatJobEnd(buildFinished(), plain)).toMatchInlineSnapshot(
      `"Done in 1.9s: /srv/data/seeds/abab (5 files, 4.2 MB; waited 16ms, loaded 0.3s, generated 1.2s, exported 0.3s, processed 0.1s)"`,
    );
  });

  it("say at which try it went well", () => {
    const view = buildFinished({ attempt: 2, failures: ["the engine died"] });
    expect(formatJobEnd(view, plain)).toContain("(5 files, 4.2 MB; try 2 of 3; waited 16ms,");
  });

  it("of a result that was there say so", () => {
    expect(formatJobEnd(buildFinished({ attempt: 0 }, { cached: true }), plain)).toMatchInlineSnapshot(
      `"Cached: /srv/data/seeds/abab (5 files, 4.2 MB)"`,
    );
  });

  it("of a failure tell every try, the last line and what to do", () => {
    const parts = { failures: ["valheim/1 died", "valheim/2 died"], lastLine: "Segmentation fault\u001b[2J" };
    const view = buildFinished(parts, failure("it died\nthree times", "see its log"));
    expect(formatJobEnd(view, plain)).toMatchInlineSnapshot(`
      "error: the job failed after 1.9s: it died\\nthree times
        try 1: valheim/1 died
        try 2: valheim/2 died
      last line: Segmentation fault\\x1b[2J
      hint: see its log"
    `);
  });

  it("of a failure have its last log lines in place of the last line", () => {
    const error = {
      code: "engine-failed",
      message: "it died",
      hint: undefined,
      logs: ["a\u001b[31mb", "c\u202e"],
    };
    const view = buildFinished({ lastLine: "c" }, { success: false, error });
    expect(formatJobEnd(view, plain)).toMatchInlineSnapshot(`
      "error: the job failed after 1.9s: it died
      last log lines:
        ab
        c\\u202e"
    `);
  });

  it("of a cancelled one are short", () => {
    const view = buildFinished({ state: "cancelled" }, failure("it was cancelled"));
    expect(formatJobEnd(view, plain)).toBe("Cancelled after 1.9s.");
  });
});

describe("the JSON of a job", () => {
  const parse = (...args: Parameters<typeof formatJobResult>) => JSON.parse(formatJobResult(...args));

  it("has the names and seconds of the earlier pipeline", () => {
    expect(parse(buildEnd(), "valheim")).toMatchInlineSnapshot(`
      {
        "attempts": 1,
        "cached": false,
        "data_dir": "/srv/data/seeds/abab",
        "engine_id": "engine.valheim/1",
        "error": null,
        "export_time": 0.29,
        "format": "warm.job/1",
        "generation_time": 1.21,
        "job_id": "job-1",
        "params": {
          "seed": "MySeed",
        },
        "pool": "valheim",
        "processing_time": 0.1,
        "queue_time": 0.016,
        "restart_time": 0.3,
        "seed": "MySeed",
        "seed_hash": "abababababababababababababababababababababababababababababababab",
        "success": true,
        "total_time": 1.916,
      }
    `);
  });

  it("is one line, and whole also for a job that was never accepted", () => {
    const line = formatJobResult(refused({ seed: "a\n\u202eb", size: 5 }), "valheim");
    expect(line).not.toMatch(/[\n\u202e]/);
    expect(Object.keys(JSON.parse(line))).toEqual(Object.keys(parse(buildEnd(), "valheim")));
    expect(JSON.parse(line)).toMatchObject({
      ...{ success: false, seed: "a\n\u202eb", params: { size: 5 }, pool: "valheim", total_time: null },
      ...{ job_id: null, error: { code: "usage", hint: "give a shorter one" } },
    });
  });

  it("has no seed where there is no parameter of that name", () => {
    const end = buildEnd({ params: { region: 3 } });
    expect("seed" in parse(end, "valheim")).toBe(false);
  });

  it("never says success of one that was left or failed", () => {
    expect(parse({ type: "left", view: buildView() }, "valheim")).toMatchObject({
      ...{ success: false, error: { code: "interrupted" } },
    });
    expect(parse(buildEnd({}, failure()), "valheim")).toMatchObject({
      ...{ success: false, data_dir: null, error: { code: "engine-failed", hint: null } },
    });
    expect(parse(buildEnd({}, { success: false }), "valheim").error).toMatchObject({ code: "internal" });
  });
});

describe("the steps of a job", () => {
  const steps = (...views: JobView[]) =>
    views.flatMap((view, index) => formatJobSteps(views[index - 1], view, plain));

  it("are a line a phase and a line a failed try, none for news within a phase, none for the end", () => {
    const engine = "engine.valheim/1";
    const queued = buildView();
    const loading = buildView({ state: "loading", attempt: 1, engine });
    const generating = buildView({ state: "generating", attempt: 1, engine });
    const said = { ...generating, lastLine: "Generating…" };
    const again = { ...said, attempt: 2, engine: "engine.valheim/2", failures: ["valheim/1 died\n"] };
    expect(
      steps(queued, loading, generating, said, again, buildFinished(again)).join("\n"),
    ).toMatchInlineSnapshot(`
      "valheim MySeed: queued (job-1)
      valheim MySeed: loading (valheim/1)
      valheim MySeed: generating (valheim/1)
      valheim MySeed: try 1 failed: valheim/1 died\\n
      valheim MySeed: generating (valheim/2, try 2 of 3)"
    `);
  });

  it("do not begin for a result that was there", () => {
    expect(steps(buildFinished({ attempt: 0 }, { cached: true }))).toEqual([]);
  });
});

describe("a batch", () => {
  const ends = [
    buildEnd({ key: "alpha" }),
    buildEnd({ key: "beta", engine: undefined }, { cached: true, timings: buildTimings({ totalMs: 3 }) }),
    buildEnd({ key: "gamma", engine: "engine.valheim/2" }, failure()),
    refused({ seed: "x".repeat(70_000) }),
    { type: "left", view: buildView({ key: "" }) } as const,
    undefined,
  ];

  it("ends in a table and how many went how", () => {
    expect(formatJobBatch(ends, { style: plain, columns: WIDE, ms: 65_000 })).toMatchInlineSnapshot(`
      "KEY                               STATE    TIME  ENGINE     DATA / WHY
      alpha                             done     1.9s  valheim/1  /srv/data/seeds/abab
      beta                              cached   3ms   -          /srv/data/seeds/abab
      gamma                             failed   1.9s  valheim/2  the engine died
      xxxxxxxxxxxxxxxx…xxxxxxxxxxxxxxx  refused  -     -          params.seed: is too long
      ""                                left     -     -          it goes on for others who asked

      2 done (1 cached), 2 failed, 1 cancelled, 1 not begun of 6 in 1m 05s."
    `);
  });

  it("keeps to the terminal's width", () => {
    const lines = formatJobBatch(ends, { style: plain, columns: 50, ms: 65_000 }).split("\n");
    expect(Math.max(...lines.slice(0, -1).map(displayWidth))).toBe(50);
  });

  it("shows how it stands while it runs; the numbers add up", () => {
    expect(formatBatchHead(tallyJobs([...ends, undefined, undefined]), 2, 12_300, plain)).toBe(
      "2 done (1 cached), 2 failed, 1 cancelled, 2 running, 1 waiting  12.3s",
    );
  });
});

describe("the list of jobs", () => {
  const jobs = [
    buildView({
      id: "j3",
      state: "generating",
      attempt: 2,
      engine: "engine.valheim/1",
      lastLine: "42 %\t\u001b[1mdone",
    }),
    buildView({ id: "j2", key: "../../etc; rm -rf $HOME\n" }),
    buildFinished({ id: "j1", key: "b" }, failure("the engine died")),
    buildFinished({ id: "j0", key: "" }, { cached: true }),
  ];

  it("is a table, one line a job", () => {
    expect(formatJobs(jobs, plain, WIDE, NOW)).toMatchInlineSnapshot(`
      "JOB  POOL     STATE       SINCE  TRY     ENGINE     KEY                        LAST LINE / WHY
      j3   valheim  generating  12s    2 of 3  valheim/1  MySeed                     42 %  done
      j2   valheim  queued      12s    -       -          ../../etc; rm -rf $HOME\\n
      j1   valheim  failed      12s    1 of 3  valheim/1  b                          the engine died
      j0   valheim  cached      12s    1 of 3  valheim/1  """
    `);
    expect(formatJobs([], plain, WIDE, NOW)).toBe("No jobs.");
  });

  it("keeps to the terminal's width", () => {
    const lines = formatJobs(jobs, plain, 60, NOW).split("\n");
    expect(Math.max(...lines.map(displayWidth))).toBe(60);
  });

  it("has the same facts for tools", () => {
    expect(JSON.parse(formatJobsJson(jobs))).toMatchObject({
      format: "warm.jobs/1",
      jobs: [{ id: "j3" }, {}, {}, {}],
    });
  });
});

describe("a key", () => {
  it("is one short cell whatever it is, and the empty one can be seen", () => {
    expect(formatKey("")).toBe('""');
    expect(formatKey("a\nb\u202e")).toBe("a\\nb\\u202e");
    const long = formatKey(`begin${"x".repeat(64 * 1024)}end`);
    expect([displayWidth(long), long.startsWith("begin"), long.endsWith("end")]).toEqual([32, true, true]);
    expect(displayWidth(formatKey("世界".repeat(500)))).toBeLessThanOrEqual(32);
  });
});
