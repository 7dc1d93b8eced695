import fc from "fast-check";
import { expect, it } from "vitest";
import { formatLine } from "../../src/pool/journal/journal-line.js";
import type { JournalRecord } from "../../src/pool/journal/journal-record.js";
import { parseJournal } from "../../src/pool/journal/read-journal.js";
import { Rig } from "../pool/builders.js";
import { fuzz } from "./fuzz.js";

/** Two engines that were used, one of them twice; e1 is leased again, e2 is being reset. */
function usedPool(): Rig {
  const rig = new Rig({ size: { min: 2, max: 2, spare: 0 } }).ready("e1", "e2");
  const first = rig.lease({ key: "k1" });
  rig.release(first.id);
  rig.reset(first.containerId);
  const [second, third] = [rig.lease({ key: "k2" }), rig.lease()];
  rig.release(second.containerId === "e2" ? second.id : third.id);
  return rig;
}

const { records } = usedPool();
const lines = records.map(formatLine);
const whole = Buffer.from(lines.join(""));
const canonical = (list: readonly JournalRecord[]) => list.map((record) => JSON.stringify(record));

it("a journal that ends at any byte gives back the whole records before it", () => {
  for (let at = 0; at <= whole.length; at += 1) {
    const { records: found, corruptLines, wholeBytes } = parseJournal(whole.subarray(0, at));
    const count = whole.subarray(0, at).toString("latin1").split("\n").length - 1;
    expect(canonical(found)).toEqual(canonical(records.slice(0, count)));
    expect([corruptLines, wholeBytes]).toEqual([[], Buffer.byteLength(lines.slice(0, count).join(""))]);
  }
});

it("of flipped bytes no record is made that was not written, and each loss is told", async () => {
  const flips = fc.array(fc.record({ at: fc.nat(100_000), bits: fc.integer({ min: 1, max: 255 }) }), {
    maxLength: 6,
  });
  await fuzz({ name: "journal-bytes", inputs: flips, runs: 300 }, (list) => {
    const bytes = Buffer.from(whole);
    for (const { at, bits } of list) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ bits;
    const { records: found, corruptLines } = parseJournal(bytes);
    const written = canonical(records);
    for (const record of canonical(found)) expect(written).toContain(record);
    const isTorn = bytes.at(-1) !== 0x0a;
    if (!isTorn && found.length < records.length) expect(corruptLines.length).toBeGreaterThan(0);
  });
});

it("a pool whose journal was cut at any record, doubled or shuffled never has two leases on one engine", async () => {
  const orders = fc.record({
    order: fc.array(fc.nat(records.length - 1), { maxLength: 2 * records.length }),
    length: fc.nat(records.length),
  });
  await fuzz({ name: "journal-records", inputs: orders, runs: 150 }, ({ order, length }) => {
    const kept = [...records.slice(0, length), ...order.flatMap((index) => records[index] ?? [])];
    const rig = new Rig({ size: { min: 2, max: 2, spare: 0 } });
    // Ids are random and never come again.
    [rig.fence, rig.ids] = [1_000, 1_000];
    rig.restart(kept);
    const check = () => {
      const held = rig.core.leases().map(({ containerId }) => containerId);
      expect(new Set(held).size).toBe(held.length);
      const leased = rig.core.engines().filter(({ state }) => state === "leased");
      expect(leased.map(({ containerId }) => containerId).toSorted()).toEqual(held.toSorted());
    };
    check();
    const heldBefore = new Set(rig.core.leases().map(({ containerId }) => containerId));
    for (let ask = 0; ask < 3; ask += 1) {
      const { settled } = rig.ask({ waitMs: 0 });
      if (settled?.kind === "granted") expect(heldBefore.has(settled.lease.containerId)).toBe(false);
      check();
    }
  });
});
