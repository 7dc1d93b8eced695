import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectHost, type Host } from "../../src/docker/connection/connect.js";
import { followLogs } from "../../src/docker/observe/follow-logs.js";
import { readLastLogs } from "../../src/docker/observe/read-objects.js";
import { streamEvents } from "../../src/docker/observe/stream-events.js";
import { WarmError } from "../../src/errors.js";
import { type AnsweringDocker, startAnsweringDocker } from "./answering-docker.js";
import { fuzz } from "./fuzz.js";
import { cutBytes, fromBytes, HOSTILE_TEXTS, mutatedText, toBytes } from "./mutations.js";

let docker: AnsweringDocker;
let host: Host;
beforeAll(async () => {
  docker = await startAnsweringDocker();
  docker.answerWith((_path, reply) => {
    reply.end(JSON.stringify({ ApiVersion: "1.41", Version: "1", Os: "linux", Arch: "amd64" }));
  });
  host = await connectHost(docker.endpoint);
});
afterAll(async () => {
  host.close();
  await docker.close();
});

/** Sends chunks one by one, each in a turn of its own, then ends or breaks the answer. */
function serve(chunks: readonly Buffer[], breaks = false): void {
  docker.answerWith((_path, reply) => {
    reply.flushHeaders();
    reply.on("error", () => undefined);
    const left = chunks.filter((chunk) => chunk.length > 0);
    const next = (): void => {
      const chunk = left.shift();
      if (chunk !== undefined) reply.write(chunk, () => setImmediate(next));
      else if (breaks) reply.destroy();
      else reply.end();
    };
    next();
  });
}

/** What was told before the end, and whether it was an error of warm's own; anything else is thrown on. */
async function hear<Item>(
  items: AsyncGenerator<Item>,
): Promise<{ readonly heard: Item[]; readonly code: string }> {
  const heard: Item[] = [];
  try {
    for await (const item of items) heard.push(item);
    return { heard, code: "" };
  } catch (error) {
    if (!(error instanceof WarmError) || error.code === "internal") throw error;
    return { heard, code: error.code };
  }
}

const follow = () => hear(followLogs(host.reader, "c"));
const watch = () => hear(streamEvents(host.reader, () => undefined, new AbortController().signal));

function frame(stream: number, text: string): string {
  const content = Buffer.from(text);
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(content.length, 4);
  return fromBytes(Buffer.concat([head, content]));
}

const AT = "2026-03-02T08:00:00.123456789Z ";
const framed = [
  frame(1, `${AT}up\n`),
  frame(2, `${AT}größe 🌋\r\n`),
  frame(1, `${AT}a part `),
  frame(1, `${AT}and its end\n`),
  frame(2, `${AT}\n`),
  frame(1, "no time at all\n"),
].join("");
const terminal = fromBytes(Buffer.from(`${AT}up\r\n${AT}größe 🌋\r\n${AT}no end`));
const words = [
  ...HOSTILE_TEXTS,
  "\u0001\0\0\0\0\0\0\u0005",
  "\u0002\0\0\0\u00ff\u00ff\u00ff\u00ff",
  "\n",
  AT,
].map((text) => fromBytes(Buffer.from(text)));
const streams = fc.record({
  bytes: fc.oneof(
    mutatedText([framed, terminal], words),
    fc.uint8Array({ maxLength: 200 }).map((bytes) => fromBytes(Buffer.from(bytes))),
  ),
  cuts: fc.array(fc.nat(500), { maxLength: 6 }),
  breaks: fc.boolean(),
});

describe("whatever comes as a container's log", () => {
  it("is the same lines where its bytes are cut", async () => {
    for (const text of [framed, terminal]) {
      const bytes = toBytes(text);
      serve([bytes]);
      const once = await follow();
      expect(once.code).toBe("");
      expect(once.heard.map((line) => line.text)).toContain("größe 🌋");
      for (let at = 1; at < bytes.length; at += 5) {
        serve(cutBytes(bytes, [at]));
        expect(await follow()).toEqual(once);
      }
    }
  });

  it("gives lines or an error in words, and the same lines however it is cut", async () => {
    await fuzz({ name: "log-streams", inputs: streams, runs: 40 }, async ({ bytes, cuts, breaks }) => {
      serve([toBytes(bytes)], breaks);
      const once = await follow();
      for (const { at, text } of once.heard) {
        expect(Number.isNaN(at)).toBe(false);
        expect(text).not.toMatch(/\n$/);
      }
      serve(cutBytes(toBytes(bytes), cuts), breaks);
      const cut = await follow();
      // Where a stream breaks off, what had come of it by then is told.
      if (!breaks) expect(cut).toEqual(once);
      serve([toBytes(bytes)], breaks);
      expect(Array.isArray(await readLastLogs(host.reader, "c"))).toBe(true);
    });
  });
});

const EVENT = {
  Type: "container",
  Action: "die",
  Actor: { ID: "c1", Attributes: { name: "web", exitCode: "1" } },
  time: 1,
};
const events = [EVENT, { ...EVENT, Type: "volume" }, { ...EVENT, Action: "health_status: healthy" }]
  .map((event) => `${JSON.stringify(event)}\n`)
  .join("");

describe("whatever comes as the events of a host", () => {
  it("is events and what is passed over, however it is cut", async () => {
    const inputs = fc.record({
      text: mutatedText([events], [...HOSTILE_TEXTS, "null\n", "[]\n", '{"Actor":null}\n', "\n"]),
      cuts: fc.array(fc.nat(700), { maxLength: 6 }),
    });
    await fuzz({ name: "event-streams", inputs, runs: 40 }, async ({ text, cuts }) => {
      serve([Buffer.from(text)]);
      const once = await watch();
      expect(once.code).toBe("");
      serve(cutBytes(Buffer.from(text), cuts));
      expect(await watch()).toEqual(once);
    });
  });
});
