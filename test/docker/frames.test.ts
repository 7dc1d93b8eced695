import fc from "fast-check";
import { expect, test } from "vitest";
import { createFrameReader, type FrameStream } from "../../src/docker/connection/frames.js";

interface Part {
  readonly stream: FrameStream;
  readonly bytes: Uint8Array;
}

function frame({ stream, bytes }: Part): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream === "stderr" ? 2 : 1;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

const parts = fc.array(
  fc.record({
    stream: fc.constantFrom<FrameStream>("stdout", "stderr"),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 100 }),
  }),
  { maxLength: 20 },
);

test("frames are read alike, wherever the chunks that bring them begin and end", () => {
  fc.assert(
    fc.property(parts, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (written, sizes) => {
      const whole = Buffer.concat(written.map(frame));
      const read: { stream: FrameStream; content: Buffer[] }[] = [];
      let isNew = true;
      const push = createFrameReader((stream, content, isEnd) => {
        if (isNew) read.push({ stream, content: [] });
        read.at(-1)?.content.push(content);
        isNew = isEnd;
      });
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        push(whole.subarray(at, at + size));
        at += size;
      }
      const found = read.map(({ stream, content }) => ({ stream, bytes: [...Buffer.concat(content)] }));
      expect(found).toEqual(written.map(({ stream, bytes }) => ({ stream, bytes: [...bytes] })));
    }),
  );
});

test.each([
  ["text", "HTTP/1.1 500"],
  ["a length that cannot be", "\u0001\0\0\0\u007f\0\0\0"],
])("%s is no frame", (_name, text) => {
  expect(() => createFrameReader(() => undefined)(Buffer.from(text, "latin1"))).toThrow("not in frames");
});
