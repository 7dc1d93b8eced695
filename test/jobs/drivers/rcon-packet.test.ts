import fc from "fast-check";
import { expect, it } from "vitest";
import { createRconReader, packRcon, type RconPacket } from "../../../src/jobs/drivers/rcon-packet.js";

const packet = fc.record({
  id: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }),
  type: fc.integer({ min: 0, max: 3 }),
  body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
});

it("packets come out of a stream as they went in, wherever it is cut", () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.array(packet), sizes, (packets, cut) => {
      const whole = Buffer.concat(packets.map(packRcon));
      const read: RconPacket[] = [];
      const push = createRconReader((one) => read.push({ ...one, body: Buffer.from(one.body) }));
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = cut[turn % cut.length] ?? 1;
        push(whole.subarray(at, at + size));
        at += size;
      }
      expect(read).toEqual(packets);
    }),
  );
});

it("a packet is laid out as the protocol says", () => {
  // The example of the protocol's page: a login with the password `passwrd`.
  expect(packRcon({ id: 0, type: 3, body: Buffer.from("passwrd") }).toString("hex")).toBe(
    "11000000000000000300000070617373777264" + "0000",
  );
});

it("what says to be smaller than any packet, or far larger, is refused before it is waited for", () => {
  for (const size of [9, 0, -1, 2 ** 31 - 1, 2 * 1024 * 1024]) {
    const head = Buffer.alloc(4);
    head.writeInt32LE(size);
    const push = createRconReader(() => undefined);
    expect(() => push(head)).toThrow(/is none of RCON's/);
  }
});
