import { Readable } from "node:stream";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readPullStream } from "../../src/docker/write/pull-stream.js";
import { WarmError } from "../../src/errors.js";
import type { PullProgress } from "../../src/model/event.js";
import { fuzz } from "./fuzz.js";
import {
  cutBytes,
  fromBytes,
  HOSTILE_TEXTS,
  hostileJson,
  type Json,
  mutatedText,
  toBytes,
} from "./mutations.js";

interface Heard {
  readonly error: string | undefined;
  readonly progress: readonly PullProgress[];
}

/** @param breaks whether the connection breaks after these chunks */
async function read(chunks: readonly Buffer[], breaks = false): Promise<Heard> {
  const progress: PullProgress[] = [];
  async function* come() {
    yield* chunks;
    if (breaks) throw new Error("read ECONNRESET");
  }
  const stream = Readable.from(come(), { objectMode: false });
  try {
    const settings = { what: "pull a/b:1", idleTimeoutMs: 10_000 };
    await readPullStream(stream, { ...settings, onProgress: (step) => void progress.push(step) });
    return { error: undefined, progress };
  } catch (error) {
    if (!(error instanceof WarmError) || error.code === "internal") throw error;
    expect(error.message.length).toBeLessThan(3_000);
    return { error: `${error.code}: ${error.message}`, progress };
  } finally {
    for (const { bytesDone, bytesTotal } of progress) {
      expect(Number.isFinite(bytesDone) && bytesDone >= 0, `${bytesDone} bytes`).toBe(true);
      expect(Number.isFinite(bytesTotal) && bytesTotal >= 0, `${bytesTotal} bytes`).toBe(true);
    }
  }
}

const LINES: readonly Json[] = [
  { status: "Pulling from acme/app", id: "1" },
  { status: "Pulling fs layer", progressDetail: {}, id: "käse" },
  { status: "Downloading", progressDetail: { current: 5, total: 10 }, progress: "[=>  ]", id: "a1" },
  { status: "Download complete", progressDetail: {}, id: "a1" },
  { status: "Extracting", progressDetail: { current: 1, total: 9 }, id: "a1" },
  { status: "Pull complete", progressDetail: {}, id: "a1" },
  { status: "Digest: sha256:1" },
];
const whole = LINES.map((line) => JSON.stringify(line)).join("\r\n");
const failed = `${whole}\n{"errorDetail":{"message":"toomanyrequests 🧀"},"error":"toomanyrequests 🧀"}\n`;
const words = [...HOSTILE_TEXTS, '{"error":"x"}', "\n", "\r\n", "null", "[]", "{", '"', "\u{1f9c0}"];
const texts = mutatedText([whole, failed, `${whole}\n`], words);

describe("whatever comes as the stream of a pull", () => {
  it("means the same wherever its bytes are cut", async () => {
    for (const text of [failed]) {
      const bytes = Buffer.from(text);
      const once = await read([bytes]);
      for (let at = 0; at <= bytes.length; at += 1) expect(await read(cutBytes(bytes, [at]))).toEqual(once);
      expect(await read(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(once);
    }
    expect(await read([Buffer.from(whole)])).toMatchObject({ error: undefined });
  });

  it("ends well or with an error in words, with all that could be counted", async () => {
    const inputs = fc.record({
      bytes: fc.oneof(
        texts.map((text) => fromBytes(Buffer.from(text))),
        fc.uint8Array({ maxLength: 400 }).map((bytes) => fromBytes(Buffer.from(bytes))),
      ),
      cuts: fc.array(fc.nat(5_000), { maxLength: 8 }),
      breaks: fc.boolean(),
    });
    await fuzz({ name: "pull-streams", inputs, runs: 150 }, async ({ bytes, cuts, breaks }) => {
      const [once, cut] = await Promise.all([
        read([toBytes(bytes)], breaks),
        read(cutBytes(toBytes(bytes), cuts), breaks),
      ]);
      expect(cut).toEqual(once);
      if (breaks) expect(once.error).toBeDefined();
    });
  });

  it("counts bytes of nothing that is no number", async () => {
    const members = fc.record({
      id: hostileJson,
      current: hostileJson,
      total: hostileJson,
      error: hostileJson,
    });
    const lines = fc.array(fc.record({ members, kind: fc.constantFrom("progress", "error", "nothing") }), {
      maxLength: 6,
    });
    await fuzz({ name: "pull-lines", inputs: lines, runs: 150 }, async (list) => {
      const text = list.map(({ members: { id, current, total, error }, kind }) =>
        kind === "error"
          ? JSON.stringify({ error, errorDetail: total })
          : JSON.stringify({
              id,
              status: "Downloading",
              progressDetail: kind === "nothing" ? current : { current, total },
            }),
      );
      await read([Buffer.from(text.join("\n"))]);
    });
  });

  it("is refused where a line never ends, before it fills the memory", async () => {
    const part = Buffer.alloc(64 * 1024, "x");
    let asked = 0;
    async function* endless() {
      for (;;) {
        asked += 1;
        yield part;
      }
    }
    const settings = { what: "pull a/b:1", idleTimeoutMs: 10_000, onProgress: () => undefined };
    const reading = readPullStream(Readable.from(endless(), { objectMode: false }), settings);
    await expect(reading).rejects.toMatchObject({ code: "pull-failed", message: /longer than/ });
    expect(asked * part.length).toBeLessThan(16 * 1024 * 1024);
  });
});
