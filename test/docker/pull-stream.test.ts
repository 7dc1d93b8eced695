import { PassThrough, Readable } from "node:stream";
import { array, assert, asyncProperty, constantFrom, integer, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { readPullStream } from "../../src/docker/write/pull-stream.js";
import { toWarmError } from "../../src/errors.js";
import type { PullProgress } from "../../src/model/event.js";

/** What came of reading a stream: the error, if any, and all progress that was told. */
async function read(
  stream: Readable,
  { idleTimeoutMs = 5000, cancel }: { idleTimeoutMs?: number; cancel?: AbortSignal } = {},
) {
  const progress: PullProgress[] = [];
  const onProgress = (step: PullProgress) => void progress.push(step);
  const settings = { what: "pull a/b:1", idleTimeoutMs, onProgress, cancel };
  const error = await readPullStream(stream, settings).then(() => undefined, toWarmError);
  return { error: error && `${error.code}: ${error.message}`, progress };
}

const readText = (text: string) => read(Readable.from([Buffer.from(text)]));

/** Cuts bytes at the given places, wherever they fall. */
function chunk(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, n) => bytes.subarray(from, places[n] ?? bytes.length));
}

describe("the stream of a pull", () => {
  const line = record({
    id: constantFrom("a", "b", "ü"),
    status: constantFrom("Downloading", "Extracting", "Download complete", "Pull complete", "käse 🧀"),
    progressDetail: constantFrom({}, { current: 1, total: 10 }, { current: 7, total: 10 }, { current: 3 }),
  }).map((line) => JSON.stringify(line));
  const ending = constantFrom(
    "",
    "\n",
    "\r\n\r\n",
    '\n{"error":"zu viel Käse 🧀"}',
    '\n{"error":"x"}\n',
    "\nno json",
    "\nnull",
    '\n{"st',
  );

  it("means the same however its bytes are cut", async () => {
    const lines = array(line, { maxLength: 12 });
    const property = asyncProperty(
      lines,
      ending,
      array(integer({ min: 0, max: 2000 })),
      async (lines, ending, cuts) => {
        const bytes = Buffer.from(lines.join("\n") + ending);
        expect(await read(Readable.from(chunk(bytes, cuts)))).toEqual(await readText(bytes.toString()));
      },
    );
    await assert(property, { numRuns: 300 });
  });

  it("has no line without an end, and no layers without number", async () => {
    const endless = function* () {
      for (let n = 0; n < 64; n += 1) yield Buffer.alloc(64 * 1024, "x");
    };
    expect((await read(Readable.from(endless()))).error).toMatch(/^pull-failed: .* a line that is too long/);
    const layer = (id: number) =>
      JSON.stringify({ id: `l${id}`, status: "Downloading", progressDetail: { total: 1 } });
    const many = Array.from({ length: 10_001 }, (_, id) => `${layer(id)}\n`).join("");
    expect((await readText(many)).error).toMatch(/^pull-failed: .* more than 10000 layers/);
  });

  it("fails with any line that is an error, whatever its words, the first one deciding", async () => {
    const property = asyncProperty(array(line), string({ minLength: 1 }), async (lines, words) => {
      const text = [...lines, JSON.stringify({ error: words }), '{"error":"second"}'].join("\n");
      expect((await readText(text)).error).toContain(words.trim() === "" ? "pull a/b:1" : words.trim());
    });
    await assert(property, { numRuns: 100 });
  });

  it.each([
    ['{"error":"short","errorDetail":{"message":"long"}}', "pull-failed: pull a/b:1: long"],
    ['{"error":"short","errorDetail":{}}', "pull-failed: pull a/b:1: short"],
    ['{"errorDetail":{"code":5}}', "pull-failed: pull a/b:1: an unknown error"],
    ['{"error":""}', "pull-failed: pull a/b:1: an unknown error"],
    ['{"error":"write: no space left on device"}', "disk-full: pull a/b:1: write: no space left on device"],
    ["[1]", "pull-failed: pull a/b:1: the daemon sent a line that is not as documented: `[1]`"],
  ])("%s is told as `%s`", async (text, told) => {
    expect((await readText(text)).error).toBe(told);
  });

  it("is idle only while no byte comes", async () => {
    const stream = new PassThrough();
    const reading = read(stream, { idleTimeoutMs: 200 });
    // Half a line each time: bytes count, not lines.
    for (const part of ['{"status"', ':"Wai', 'ting"', "}\n"]) {
      stream.write(part);
      await new Promise((resolve) => setTimeout(resolve, 80));
    }
    expect(stream.destroyed).toBe(false);
    expect((await reading).error).toBe("pull-stalled: pull a/b:1: no byte for 0.2 s");
    expect(stream.destroyed).toBe(true);
  });

  it("ends at once when it is cancelled, before or in the middle", async () => {
    const stop = new AbortController();
    const reading = read(new PassThrough(), { cancel: stop.signal });
    stop.abort();
    expect((await reading).error).toBe("interrupted: pull a/b:1: interrupted");
    expect((await read(new PassThrough(), { cancel: stop.signal })).error).toBe(
      "interrupted: pull a/b:1: interrupted",
    );
  });

  it("sums the layers that are downloaded, and those that were skipped not at all", async () => {
    const layer = (id: string, status: string, current?: number) =>
      JSON.stringify({ id, status, progressDetail: current === undefined ? {} : { current, total: 10 } });
    const { progress } = await readText(
      [
        layer("a", "Already exists"),
        layer("b", "Downloading", 4),
        layer("c", "Downloading", 10),
        layer("b", "Download complete"),
        layer("b", "Extracting", 2),
        layer("b", "Pull complete"),
      ].join("\n"),
    );
    expect(progress).toEqual([
      { bytesDone: 4, bytesTotal: 10 },
      { bytesDone: 14, bytesTotal: 20 },
      { bytesDone: 20, bytesTotal: 20 },
    ]);
  });
});
