import fc from "fast-check";
import { expect, it } from "vitest";
import { backOffMs } from "../../src/daemon/state/back-off.js";

it("doubles from one second to five minutes", () => {
  expect([1, 2, 3, 4, 8, 9, 10, 11, 1000].map((failures) => backOffMs(failures, 0.5))).toMatchInlineSnapshot(`
    [
      1000,
      2000,
      4000,
      8000,
      128000,
      256000,
      300000,
      300000,
      300000,
    ]
  `);
});

it("is spread by a tenth, and never longer than 5.5 minutes", () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e9 }), chance, (failures, random) => {
      const even = backOffMs(failures, 0.5);
      expect(backOffMs(failures, random)).toBeGreaterThanOrEqual(Math.floor(even * 0.9));
      expect(backOffMs(failures, random)).toBeLessThanOrEqual(Math.ceil(even * 1.1));
      expect(backOffMs(failures + 1, 0.5)).toBeGreaterThanOrEqual(even);
    }),
  );
});
