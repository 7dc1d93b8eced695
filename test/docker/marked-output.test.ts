import fc from "fast-check";
import { expect, test } from "vitest";
import { createMarkedOutput, type Output } from "../../src/docker/exec/marked-output.js";

const MARK = "0123456789abcdef";

/** Cuts a text into chunks of these sizes. @returns what was found, and after how many bytes */
function push(text: Buffer, sizes: readonly number[], maxBytes = 1000): Output | undefined {
  const output = createMarkedOutput(MARK, maxBytes);
  let found: Output | undefined;
  for (let at = 0, turn = 0; at < text.length && found === undefined; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    found = output.push(text.subarray(at, at + size));
    at += size;
  }
  return found;
}

const text = fc
  .oneof(fc.string(), fc.stringMatching(/^(0123456789abcde|0|01){0,5}$/))
  .filter((one) => !one.includes(MARK));
const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 });

test("output ends at its mark, wherever the chunks that bring it begin and end", () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 255 }), sizes, (written, code, cut) => {
      // The beginning of the mark, right before it, is output as well.
      fc.pre(`${written}${MARK}`.indexOf(MARK) === written.length);
      const whole = Buffer.from(`${written}${MARK}${String(code).padStart(3, "0")}`);
      expect(push(whole, cut)).toMatchObject({ text: written, code });
    }),
  );
});

test("without its mark there is no end", () => {
  fc.assert(
    fc.property(text, sizes, (written, cut) => {
      expect(push(Buffer.from(written), cut)).toBeUndefined();
      expect(push(Buffer.from(`${written}${MARK}12`), cut)).toBeUndefined();
    }),
  );
});

test("what is too long is cut, and says by how much", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), sizes, (length, cut) => {
      const output = push(Buffer.from(`${"x".repeat(length)}${MARK}007`), cut, 100);
      const note = length > 100 ? `\n[${length - 100} bytes more]` : "";
      expect(output).toMatchObject({ text: "x".repeat(Math.min(100, length)) + note, code: 7 });
    }),
  );
});

test("what comes behind the mark is left for the next one", () => {
  const output = createMarkedOutput(MARK, 1000).push(Buffer.from(`one${MARK}000two`));
  expect(output?.text).toBe("one");
  expect(output?.rest.toString()).toBe("two");
});

test("all that is output is told as it comes, the mark never, whatever is cut where", () => {
  fc.assert(
    fc.property(text, sizes, fc.integer({ min: 0, max: 20 }), (written, cut, maxBytes) => {
      fc.pre(`${written}${MARK}`.indexOf(MARK) === written.length);
      const whole = Buffer.from(`${written}${MARK}007`);
      const told: string[] = [];
      const output = createMarkedOutput(MARK, maxBytes, (part) => told.push(part));
      for (let at = 0, turn = 0; at < whole.length; turn += 1) {
        const size = cut[turn % cut.length] ?? 1;
        output.push(whole.subarray(at, at + size));
        at += size;
        // Nothing is held back but what may be the mark's beginning, or the beginning of a character.
        const shown = Buffer.byteLength(told.join(""));
        const held = whole.subarray(shown, Math.min(at, written.length + MARK.length)).toString("latin1");
        expect(MARK.startsWith(held) || held.length < 4).toBe(true);
      }
      expect(told.join("")).toBe(Buffer.from(written).toString());
    }),
  );
});
