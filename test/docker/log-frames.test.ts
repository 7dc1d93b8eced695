import fc from "fast-check";
import { expect, test } from "vitest";
import { joinLogFrames } from "../../src/docker/observe/read-objects.js";

interface Part {
  readonly stream: number;
  readonly bytes: Uint8Array;
}

function frame({ stream, bytes }: Part): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
}

const parts = fc.array(
  fc.record({ stream: fc.constantFrom(0, 1, 2), bytes: fc.uint8Array({ maxLength: 300 }) }),
  { maxLength: 20 },
);

test("frames give what was written, in their order, whatever the bytes", () => {
  fc.assert(
    fc.property(parts, (written) => {
      const text = Buffer.concat(written.map(({ bytes }) => bytes)).toString("utf8");
      expect(joinLogFrames(Buffer.concat(written.map(frame)))).toBe(text);
    }),
  );
});

test("a character that two frames share stays whole", () => {
  const bytes = Buffer.from("größe €");
  const written = Array.from(bytes, (byte) => ({ stream: 1, bytes: Uint8Array.of(byte) }));
  expect(joinLogFrames(Buffer.concat(written.map(frame)))).toBe("größe €");
});

test("a body that ends anywhere gives what of the text had come", () => {
  fc.assert(
    fc.property(parts, fc.nat(), (written, cut) => {
      const whole = Buffer.concat(written.map(frame));
      const body = whole.subarray(0, 8 + (cut % (whole.length + 1)));
      expect(joinLogFrames(body)).toBe(textOf(written, body.length));
    }),
  );
});

/** What of the text is in the first `length` bytes of the frames. */
function textOf(written: readonly Part[], length: number): string {
  let left = length;
  const come: Uint8Array[] = [];
  for (const { bytes } of written) {
    left -= 8;
    come.push(bytes.subarray(0, Math.max(0, left)));
    left -= bytes.length;
  }
  return Buffer.concat(come).toString("utf8");
}

test("the log of a terminal has no frames and is taken as it is", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      fc.pre((Buffer.from(text)[0] ?? 9) > 2);
      expect(joinLogFrames(Buffer.from(text))).toBe(text);
    }),
  );
  expect(joinLogFrames(Buffer.alloc(0))).toBe("");
});
