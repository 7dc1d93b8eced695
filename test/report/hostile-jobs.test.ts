import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { WarmError } from "../../src/errors.js";
import type { JobView } from "../../src/model/job.js";
import {
  formatCache,
  formatCacheJson,
  formatCacheVerdict,
  formatPruned,
} from "../../src/report/format-cache.js";
import { formatJobSteps } from "../../src/report/format-job.js";
import { formatBatchStep, formatJobBatch } from "../../src/report/format-job-batch.js";
import { formatJobEnd, type JobEnd } from "../../src/report/format-job-end.js";
import { formatJobResult } from "../../src/report/format-job-result.js";
import { formatJobs, formatJobsJson } from "../../src/report/format-jobs.js";
import { buildView } from "../server/job-builders.js";
import { plain } from "./builders.js";
import { buildEnd, buildFinished, failure } from "./job-ends.js";

const NOW = new Date("2026-03-01T12:00:12.000Z");
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** Every text about jobs and their results, with the same stranger's words wherever there are some. */
function everyText(text: string): string[] {
  const words: Partial<JobView> = {
    ...{ id: text, pool: text, key: text, params: { seed: text, [text]: text }, engine: text },
    ...{ hash: text, lastLine: text, failures: [text] },
  };
  const running = buildView({ ...words, state: "generating" });
  const failed = buildFinished(words, failure(text, text));
  const ends: JobEnd[] = [
    buildEnd(words, { dataDir: text }),
    { type: "over", view: failed },
    { type: "left", view: running },
    { type: "lost", params: { [text]: text }, view: undefined, error: new WarmError("usage", text) },
  ];
  const inputs = { pool: text, key: text };
  const result = { hash: text, dir: text, bytes: 1, files: 1, inputs, usedAtMs: 0, broken: text };
  return [
    formatJobEnd(buildFinished(words, { dataDir: text }), plain),
    formatJobEnd(failed, plain),
    formatJobSteps(undefined, running, plain).join("\n"),
    formatJobBatch(ends, { style: plain, columns: Number.POSITIVE_INFINITY, ms: 1 }),
    ...ends.flatMap((end) => [formatBatchStep(end, "1/4", plain), formatJobResult(end, text)]),
    formatJobs([running, failed], plain, Number.POSITIVE_INFINITY, NOW),
    formatJobsJson([running]),
    formatCache([result], plain, Number.POSITIVE_INFINITY, NOW),
    formatCacheVerdict([result], plain),
    formatPruned([result], false),
    formatCacheJson([result]),
  ];
}

describe("what others wrote into jobs and results", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary", maxLength: 30 }),
    fc.constantFrom(
      "\u001b[2J\u001b]0;x\u0007",
      "\u009b31m",
      "a\r\nb\tc",
      "\u202eevil\u2066",
      "\u2028\u200b\ufeff",
      "\ud800",
    ),
  );

  it("never drives the terminal", () => {
    fc.assert(
      fc.property(hostile, (text) => {
        for (const output of everyText(text))
          expect(output.match(UNSAFE)?.filter((character) => character !== "\n") ?? []).toEqual([]);
      }),
    );
  });

  it("adds no line", () => {
    const lines = (text: string) => everyText(text).map((output) => output.split("\n").length);
    expect(lines("a\nb\r\nc\u2028d")).toEqual(lines("a"));
  });
});
